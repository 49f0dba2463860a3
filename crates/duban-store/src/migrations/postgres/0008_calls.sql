-- Calls. The other party's number is sealed and found by a keyed hash; a recording's address is sealed too.
CREATE TABLE call (
    id BIGINT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    direction BIGINT NOT NULL,
    state BIGINT NOT NULL,
    phone BYTEA,
    phone_hash BYTEA,
    dialled TEXT NOT NULL,
    line TEXT NOT NULL,
    agent BIGINT,
    rang_at BIGINT NOT NULL,
    answered_at BIGINT,
    ended_at BIGINT,
    wrapped_at BIGINT,
    cause TEXT NOT NULL,
    recording BYTEA,
    case_number TEXT,
    direct BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    tried_at BIGINT,
    settled_at BIGINT,
    settled BIGINT
);
CREATE INDEX call_rang ON call (rang_at, id);
CREATE INDEX call_agent ON call (agent, rang_at, id) WHERE agent IS NOT NULL;
CREATE INDEX call_open ON call (state, id) WHERE state <= 3;
CREATE INDEX call_missed ON call (rang_at, id) WHERE state = 5 AND settled_at IS NULL;
CREATE INDEX call_phone ON call (phone_hash, id) WHERE phone_hash IS NOT NULL;

-- What was done about a call and by whom: a number that was shown, an attempt to call back.
CREATE TABLE call_note (
    id BIGINT PRIMARY KEY,
    call_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    staff BIGINT NOT NULL,
    staff_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE INDEX call_note_call ON call_note (call_id, id);

-- Which telephone line a member of staff sits at, and whether calls come to them.
CREATE TABLE seat (
    staff BIGINT PRIMARY KEY,
    line TEXT NOT NULL,
    away BIGINT NOT NULL
);
