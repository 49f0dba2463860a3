-- What an event says once the data of a person is erased from it: the payload goes, its digest stays with the event.
CREATE TABLE event_redaction (event_id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
-- When the data of its person was erased.
ALTER TABLE request ADD COLUMN erased_at INTEGER;
-- When a closed case lost what names anybody; those that still name somebody are few to look through.
ALTER TABLE case_row ADD COLUMN anonymised_at INTEGER;
CREATE INDEX case_row_named ON case_row (closed_at, id) WHERE closed_at IS NOT NULL AND anonymised_at IS NULL;

-- The ledger of erasures: what was asked, who decided, why, and how much went. Never the data itself.
CREATE TABLE erasure (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    whole INTEGER NOT NULL,
    ground INTEGER NOT NULL,
    words TEXT NOT NULL,
    identity INTEGER,
    asked_kind INTEGER NOT NULL,
    asked_id INTEGER NOT NULL,
    asked_name TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    decided_id INTEGER,
    decided_name TEXT NOT NULL,
    decided_at INTEGER,
    decided_words TEXT NOT NULL,
    targets TEXT NOT NULL,
    done INTEGER NOT NULL,
    counts TEXT NOT NULL,
    ended_at INTEGER
) STRICT;
CREATE INDEX erasure_state ON erasure (state, id);
CREATE INDEX erasure_number ON erasure (number);

-- Cases that no term touches while somebody says so (法定留存).
CREATE TABLE legal_hold (
    case_id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    words TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- What is left of a case that was destroyed when its term had passed; and what it counts in the figures for ever.
CREATE TABLE destruction (
    case_id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT,
    kind INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER NOT NULL,
    destroyed_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    events INTEGER NOT NULL,
    files INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT;
CREATE INDEX destruction_at ON destruction (destroyed_at, case_id);
CREATE TABLE tally_destroyed (
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

-- Before which instant a record may go because its term has passed. Whatever is younger the database still keeps.
CREATE TABLE term_passed (what TEXT PRIMARY KEY, before_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
DROP TRIGGER sign_in_no_delete;
CREATE TRIGGER sign_in_no_delete BEFORE DELETE ON sign_in
WHEN old.at >= coalesce((SELECT before_at FROM term_passed WHERE what = 'sign-ins'), -9223372036854775808)
BEGIN SELECT RAISE(ABORT, 'the record of sign-ins is removed only when its term has passed'); END;
CREATE INDEX sign_in_at ON sign_in (at, id);
CREATE INDEX call_ended ON call (ended_at, id) WHERE phone IS NOT NULL OR recording IS NOT NULL;
CREATE INDEX letter_at ON letter (at, key);
CREATE INDEX call_case ON call (case_number) WHERE case_number IS NOT NULL;

-- The words somebody searched by may name a person: those, and nothing else of an export, can be taken out.
DROP TRIGGER export_log_no_update;
CREATE TRIGGER export_log_no_update BEFORE UPDATE ON export_log
WHEN NOT (new.id = old.id AND new.at = old.at AND new.staff_id = old.staff_id AND new.staff_name = old.staff_name
    AND new.unit = old.unit AND new.format = old.format AND new.row_count = old.row_count AND new.filter = 'erased')
BEGIN SELECT RAISE(ABORT, 'what was exported is never rewritten'); END;
-- What hangs on one case is found by it.
CREATE INDEX alert_case ON alert (case_id);
CREATE INDEX partner_update_case ON partner_update (case_id);
