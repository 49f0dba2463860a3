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

-- Filters that somebody keeps; with a unit, all of that unit have them.
CREATE TABLE saved_view (
    id BIGINT PRIMARY KEY,
    staff_id BIGINT NOT NULL,
    unit TEXT,
    name TEXT NOT NULL,
    query TEXT NOT NULL
);
CREATE INDEX saved_view_staff ON saved_view (staff_id, id);
CREATE INDEX saved_view_unit ON saved_view (unit, id) WHERE unit IS NOT NULL;

-- Prepared texts of a unit, beside those of the city pack.
CREATE TABLE phrase (
    id BIGINT PRIMARY KEY,
    unit TEXT NOT NULL,
    step TEXT NOT NULL,
    category TEXT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL
);
CREATE INDEX phrase_unit ON phrase (unit, step, id);
