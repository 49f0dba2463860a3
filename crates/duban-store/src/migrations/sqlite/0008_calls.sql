-- Calls. The other party's number is sealed and found by a keyed hash; a recording's address is sealed too.
CREATE TABLE call (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    direction INTEGER NOT NULL,
    state INTEGER NOT NULL,
    phone BLOB,
    phone_hash BLOB,
    dialled TEXT NOT NULL,
    line TEXT NOT NULL,
    agent INTEGER,
    rang_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    wrapped_at INTEGER,
    cause TEXT NOT NULL,
    recording BLOB,
    case_number TEXT,
    direct INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    tried_at INTEGER,
    settled_at INTEGER,
    settled INTEGER
) STRICT;
CREATE INDEX call_rang ON call (rang_at, id);
CREATE INDEX call_agent ON call (agent, rang_at, id) WHERE agent IS NOT NULL;
CREATE INDEX call_open ON call (state, id) WHERE state <= 3;
CREATE INDEX call_missed ON call (rang_at, id) WHERE state = 5 AND settled_at IS NULL;
CREATE INDEX call_phone ON call (phone_hash, id) WHERE phone_hash IS NOT NULL;

-- What was done about a call and by whom: a number that was shown, an attempt to call back.
CREATE TABLE call_note (
    id INTEGER PRIMARY KEY,
    call_id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    staff INTEGER NOT NULL,
    staff_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
CREATE INDEX call_note_call ON call_note (call_id, id);

-- Which telephone line a member of staff sits at, and whether calls come to them.
CREATE TABLE seat (
    staff INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    away INTEGER NOT NULL
) STRICT;
