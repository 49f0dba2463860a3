-- What an event says once the data of a person is erased from it: the payload goes, its digest stays with the event.
CREATE TABLE event_redaction (event_id BIGINT PRIMARY KEY, body TEXT NOT NULL);
-- When the data of its person was erased.
ALTER TABLE request ADD COLUMN erased_at BIGINT;
-- When a closed case lost what names anybody; those that still name somebody are few to look through.
ALTER TABLE case_row ADD COLUMN anonymised_at BIGINT;
CREATE INDEX case_row_named ON case_row (closed_at, id) WHERE closed_at IS NOT NULL AND anonymised_at IS NULL;

-- The ledger of erasures: what was asked, who decided, why, and how much went. Never the data itself.
CREATE TABLE erasure (
    id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    whole BIGINT NOT NULL,
    ground BIGINT NOT NULL,
    words TEXT NOT NULL,
    identity BIGINT,
    asked_kind BIGINT NOT NULL,
    asked_id BIGINT NOT NULL,
    asked_name TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    decided_id BIGINT,
    decided_name TEXT NOT NULL,
    decided_at BIGINT,
    decided_words TEXT NOT NULL,
    targets TEXT NOT NULL,
    done BIGINT NOT NULL,
    counts TEXT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX erasure_state ON erasure (state, id);
CREATE INDEX erasure_number ON erasure (number);

-- Cases that no term touches while somebody says so (法定留存).
CREATE TABLE legal_hold (
    case_id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    words TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- What is left of a case that was destroyed when its term had passed; and what it counts in the figures for ever.
CREATE TABLE destruction (
    case_id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT COLLATE "C",
    kind BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL,
    destroyed_at BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    events BIGINT NOT NULL,
    files BIGINT NOT NULL,
    digest BYTEA NOT NULL
);
CREATE INDEX destruction_at ON destruction (destroyed_at, case_id);
CREATE TABLE tally_destroyed (
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

-- Before which instant a record may go because its term has passed. Whatever is younger the database still keeps.
CREATE TABLE term_passed (what TEXT PRIMARY KEY, before_at BIGINT NOT NULL);
CREATE OR REPLACE FUNCTION sign_in_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        IF old.at < (SELECT before_at FROM term_passed WHERE what = 'sign-ins') THEN RETURN old; END IF;
    END IF;
    RAISE EXCEPTION 'the record of sign-ins is never changed, and removed only when its term has passed';
END $$;
CREATE INDEX sign_in_at ON sign_in (at, id);
CREATE INDEX call_ended ON call (ended_at, id) WHERE phone IS NOT NULL OR recording IS NOT NULL;
CREATE INDEX letter_at ON letter (at, key);
CREATE INDEX call_case ON call (case_number) WHERE case_number IS NOT NULL;

-- The words somebody searched by may name a person: those, and nothing else of an export, can be taken out.
CREATE OR REPLACE FUNCTION export_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'UPDATE' AND TG_LEVEL = 'ROW' THEN
        IF new.id = old.id AND new.at = old.at AND new.staff_id = old.staff_id AND new.staff_name = old.staff_name
            AND new.unit = old.unit AND new.format = old.format AND new.row_count = old.row_count AND new.filter = 'erased'
        THEN RETURN new; END IF;
    END IF;
    RAISE EXCEPTION 'what was exported is never rewritten or removed';
END $$;
-- What hangs on one case is found by it.
CREATE INDEX alert_case ON alert (case_id);
CREATE INDEX partner_update_case ON partner_update (case_id);
