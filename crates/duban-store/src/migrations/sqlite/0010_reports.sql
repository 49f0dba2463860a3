-- Reports that were frozen: the numbers as they were at the cut-off, with the newest event they know.
CREATE TABLE report (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    cutoff_at INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- What was published about a month: a number that is out never changes.
CREATE TABLE public_month (first_day INTEGER PRIMARY KEY, made_at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
