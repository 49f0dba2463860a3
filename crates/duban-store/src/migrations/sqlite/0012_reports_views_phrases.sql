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

-- Filters that somebody keeps; with a unit, all of that unit have them.
CREATE TABLE saved_view (
    id INTEGER PRIMARY KEY,
    staff_id INTEGER NOT NULL,
    unit TEXT,
    name TEXT NOT NULL,
    query TEXT NOT NULL
) STRICT;
CREATE INDEX saved_view_staff ON saved_view (staff_id, id);
CREATE INDEX saved_view_unit ON saved_view (unit, id) WHERE unit IS NOT NULL;

-- Prepared texts of a unit, beside those of the city pack.
CREATE TABLE phrase (
    id INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    step TEXT NOT NULL,
    category TEXT,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
CREATE INDEX phrase_unit ON phrase (unit, step, id);
