-- Reports that were frozen: the numbers as they were at the cut-off, with the newest event they know.
CREATE TABLE report (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    cutoff_at BIGINT NOT NULL,
    mark BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    body TEXT NOT NULL
);

-- What was published about a month: a number that is out never changes.
CREATE TABLE public_month (first_day BIGINT PRIMARY KEY, made_at BIGINT NOT NULL, body TEXT NOT NULL);
