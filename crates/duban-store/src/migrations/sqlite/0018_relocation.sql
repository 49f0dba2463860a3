-- Open cases that go from a closed unit, or a replaced category, to another: what was ordered and how far it is.
CREATE TABLE relocation (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    from_key TEXT NOT NULL,
    to_key TEXT NOT NULL,
    words TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    total INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    -- The case that was looked at last, and how many this time round went over.
    after_id INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX relocation_open ON relocation (from_key) WHERE ended_at IS NULL;
