-- Integers are 64 bits: ids, instants (UTC milliseconds), money, booleans (0 or 1).
-- No foreign keys between requests, cases and media: they are written in one transaction, and a
-- key check for each child would be paid on every write for ever.

CREATE TABLE case_row (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    version BIGINT NOT NULL,
    phase BIGINT NOT NULL,
    ending BIGINT,
    kind BIGINT NOT NULL,
    urgency BIGINT NOT NULL,
    category TEXT COLLATE "C",
    owner TEXT COLLATE "C" NOT NULL,
    division TEXT COLLATE "C",
    title TEXT NOT NULL,
    place_words TEXT NOT NULL,
    lng_e7 BIGINT,
    lat_e7 BIGINT,
    morton BIGINT,
    channel BIGINT NOT NULL,
    privacy BIGINT NOT NULL,
    label TEXT,
    opened_at BIGINT NOT NULL,
    round BIGINT NOT NULL,
    round_at BIGINT NOT NULL,
    next_due BIGINT,
    finish_due BIGINT NOT NULL,
    contact_due BIGINT,
    contacted_at BIGINT,
    answered_at BIGINT,
    closed_at BIGINT,
    outcome BIGINT,
    missed BIGINT NOT NULL,
    heard_at BIGINT,
    solved BIGINT,
    satisfaction BIGINT,
    score BIGINT,
    voices BIGINT NOT NULL
);
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

CREATE TABLE case_state (case_id BIGINT PRIMARY KEY, body TEXT NOT NULL);

-- Whose case it is: the lead unit and those that assist. While nobody leads there is no row.
CREATE TABLE case_unit (
    case_id BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    lead BIGINT NOT NULL,
    next_due BIGINT,
    PRIMARY KEY (case_id, unit)
);
CREATE INDEX case_unit_newest ON case_unit (unit, case_id);
CREATE INDEX case_unit_due ON case_unit (unit, next_due, case_id) WHERE next_due IS NOT NULL;

CREATE TABLE request (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL,
    number TEXT NOT NULL UNIQUE,
    source_key TEXT UNIQUE,
    kind BIGINT NOT NULL,
    channel BIGINT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    place_words TEXT NOT NULL,
    division TEXT COLLATE "C",
    lng_e7 BIGINT,
    lat_e7 BIGINT,
    privacy BIGINT NOT NULL,
    person_id BIGINT,
    received_at BIGINT NOT NULL
);
CREATE INDEX request_case ON request (case_id, id);
CREATE INDEX request_person ON request (person_id) WHERE person_id IS NOT NULL;

-- Sealed bytes and keyed hashes; what is in them is not known here.
CREATE TABLE person (id BIGINT PRIMARY KEY, name BYTEA NOT NULL, phone BYTEA, phone_hash BYTEA, tail_hash BYTEA);
CREATE INDEX person_phone ON person (phone_hash, id) WHERE phone_hash IS NOT NULL;

CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor_kind BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit TEXT COLLATE "C",
    digest BYTEA NOT NULL,
    UNIQUE (case_id, seq)
);
CREATE TABLE event_payload (event_id BIGINT PRIMARY KEY, body TEXT NOT NULL);

CREATE FUNCTION event_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an event is never changed or removed'; END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
FOR EACH ROW EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_refuse();
CREATE TRIGGER event_payload_no_update BEFORE UPDATE ON event_payload
FOR EACH ROW EXECUTE FUNCTION event_refuse();

-- Counters by day and owner, a column for each figure. A slot is a part of a counter, so that writers
-- do not wait for one row.
CREATE TABLE tally (
    day BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    slot BIGINT NOT NULL,
    received BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    direct BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    late BIGINT NOT NULL,
    running BIGINT NOT NULL,
    contact_ok BIGINT NOT NULL,
    contact_late BIGINT NOT NULL,
    contact_running BIGINT NOT NULL,
    solved BIGINT NOT NULL,
    unsolved BIGINT NOT NULL,
    rated BIGINT NOT NULL,
    score BIGINT NOT NULL,
    PRIMARY KEY (day, unit, slot)
);

CREATE TABLE job (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject BIGINT NOT NULL,
    payload TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    dedupe TEXT NOT NULL UNIQUE,
    last_error TEXT
);
CREATE INDEX job_due ON job (run_at, id);

CREATE TABLE media (
    id BIGINT PRIMARY KEY,
    request_id BIGINT,
    case_id BIGINT,
    kind BIGINT NOT NULL,
    mime TEXT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_case ON media (case_id, id) WHERE case_id IS NOT NULL;
CREATE TABLE media_body (media_id BIGINT PRIMARY KEY, body BYTEA NOT NULL, thumb BYTEA NOT NULL);

CREATE TABLE staff (
    id BIGINT PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    active BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE session (
    token BYTEA PRIMARY KEY,
    kind BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);

CREATE TABLE api_key (
    id BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE city_file (path TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);

-- The pairs of the text for finding, and its normal form for making sure that they stand together:
-- positions in a tsvector end at 16383 and at 256 for each word.
CREATE TABLE case_search (case_id BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL, norm TEXT NOT NULL);
CREATE INDEX case_search_terms ON case_search USING gin (terms);
