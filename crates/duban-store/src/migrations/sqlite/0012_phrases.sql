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
