-- Open cases that go from a closed unit, or a replaced category, to another: what was ordered and how far it is.
CREATE TABLE relocation (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    from_key TEXT NOT NULL,
    to_key TEXT NOT NULL,
    words TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    total BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    -- The case that was looked at last, and how many this time round went over.
    after_id BIGINT NOT NULL,
    fresh BIGINT NOT NULL,
    paused BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX relocation_open ON relocation (from_key) WHERE ended_at IS NULL;
