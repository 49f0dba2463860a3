-- Integers are 64 bits: ids, instants (UTC milliseconds), money, booleans (0 or 1).
-- No foreign keys between requests, cases and media: they are written in one transaction, and a
-- key check for each child would be paid on every write for ever.

CREATE TABLE case_row (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    ending INTEGER,
    kind INTEGER NOT NULL,
    urgency INTEGER NOT NULL,
    category TEXT,
    owner TEXT NOT NULL,
    division TEXT,
    title TEXT NOT NULL,
    place_words TEXT NOT NULL,
    lng_e7 INTEGER,
    lat_e7 INTEGER,
    morton INTEGER,
    channel INTEGER NOT NULL,
    privacy INTEGER NOT NULL,
    label TEXT,
    opened_at INTEGER NOT NULL,
    round INTEGER NOT NULL,
    round_at INTEGER NOT NULL,
    next_due INTEGER,
    finish_due INTEGER NOT NULL,
    contact_due INTEGER,
    contacted_at INTEGER,
    answered_at INTEGER,
    closed_at INTEGER,
    outcome INTEGER,
    missed INTEGER NOT NULL,
    heard_at INTEGER,
    solved INTEGER,
    satisfaction INTEGER,
    score INTEGER,
    voices INTEGER NOT NULL
) STRICT;
-- Holds what open lists filter and count by, so that a count reads no row: only open cases are in it.
CREATE INDEX case_row_due ON case_row (next_due, id, phase, urgency, kind, channel, owner, category, division,
    answered_at, finish_due) WHERE next_due IS NOT NULL;
CREATE INDEX case_row_running ON case_row (finish_due, id) WHERE answered_at IS NULL AND closed_at IS NULL;
CREATE INDEX case_row_phase ON case_row (phase, id);
CREATE INDEX case_row_urgency ON case_row (urgency, id);
CREATE INDEX case_row_kind ON case_row (kind, id);
CREATE INDEX case_row_channel ON case_row (channel, id);
CREATE INDEX case_row_owner ON case_row (owner, id);
CREATE INDEX case_row_category ON case_row (category, id);
CREATE INDEX case_row_division ON case_row (division, id);
-- What a figure looks at besides its instant is in the index as well, so that counting reads no rows.
CREATE INDEX case_row_opened ON case_row (opened_at, id);
CREATE INDEX case_row_finish ON case_row (finish_due, id, answered_at);
CREATE INDEX case_row_contact ON case_row (contact_due, id, contacted_at, closed_at) WHERE contact_due IS NOT NULL;
CREATE INDEX case_row_closed ON case_row (closed_at, id, ending) WHERE closed_at IS NOT NULL;
CREATE INDEX case_row_heard ON case_row (heard_at, id, solved, kind, score) WHERE heard_at IS NOT NULL;
CREATE INDEX case_row_morton ON case_row (morton) WHERE morton IS NOT NULL;

CREATE TABLE case_state (case_id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

-- Whose case it is: the lead unit and those that assist. While nobody leads there is no row.
CREATE TABLE case_unit (
    case_id INTEGER NOT NULL,
    unit TEXT NOT NULL,
    lead INTEGER NOT NULL,
    next_due INTEGER,
    PRIMARY KEY (case_id, unit)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_unit_newest ON case_unit (unit, case_id);
CREATE INDEX case_unit_due ON case_unit (unit, next_due, case_id) WHERE next_due IS NOT NULL;

CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL,
    number TEXT NOT NULL UNIQUE,
    source_key TEXT UNIQUE,
    kind INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    place_words TEXT NOT NULL,
    division TEXT,
    lng_e7 INTEGER,
    lat_e7 INTEGER,
    privacy INTEGER NOT NULL,
    person_id INTEGER,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX request_case ON request (case_id, id);
CREATE INDEX request_person ON request (person_id) WHERE person_id IS NOT NULL;

-- Sealed bytes and keyed hashes; what is in them is not known here.
CREATE TABLE person (id INTEGER PRIMARY KEY, name BLOB NOT NULL, phone BLOB, phone_hash BLOB, tail_hash BLOB) STRICT;
CREATE INDEX person_phone ON person (phone_hash, id) WHERE phone_hash IS NOT NULL;

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_kind INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    actor_name TEXT NOT NULL,
    unit TEXT,
    digest BLOB NOT NULL,
    UNIQUE (case_id, seq)
) STRICT;
CREATE TABLE event_payload (event_id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;

CREATE TRIGGER event_no_update BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never removed'); END;
CREATE TRIGGER event_payload_no_update BEFORE UPDATE ON event_payload
BEGIN SELECT RAISE(ABORT, 'the payload of an event is never changed'); END;

-- Counters by day and owner, a column for each figure. A slot is a part of a counter, so that writers
-- do not wait for one row.
CREATE TABLE tally (
    day INTEGER NOT NULL,
    unit TEXT NOT NULL,
    slot INTEGER NOT NULL,
    received INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    running INTEGER NOT NULL,
    contact_ok INTEGER NOT NULL,
    contact_late INTEGER NOT NULL,
    contact_running INTEGER NOT NULL,
    solved INTEGER NOT NULL,
    unsolved INTEGER NOT NULL,
    rated INTEGER NOT NULL,
    score INTEGER NOT NULL,
    PRIMARY KEY (day, unit, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject INTEGER NOT NULL,
    payload TEXT NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    dedupe TEXT NOT NULL UNIQUE,
    last_error TEXT
) STRICT;
CREATE INDEX job_due ON job (run_at, id);

CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    request_id INTEGER,
    case_id INTEGER,
    kind INTEGER NOT NULL,
    mime TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX media_case ON media (case_id, id) WHERE case_id IS NOT NULL;
CREATE TABLE media_body (media_id INTEGER PRIMARY KEY, body BLOB NOT NULL, thumb BLOB NOT NULL) STRICT;

CREATE TABLE staff (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    active INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    token BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE api_key (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE city_file (path TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- The text comes in already cut into pairs; nothing of it is kept beside the index.
CREATE VIRTUAL TABLE case_search USING fts5 (tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
