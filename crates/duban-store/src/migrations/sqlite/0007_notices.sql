-- Mail addresses beside telephone numbers, sealed and found alike; what a person wants to be told, and how.
ALTER TABLE person ADD COLUMN mail BLOB;
ALTER TABLE person ADD COLUMN mail_hash BLOB;
ALTER TABLE person ADD COLUMN news INTEGER;
ALTER TABLE person ADD COLUMN lang INTEGER NOT NULL DEFAULT 1;
CREATE INDEX person_mail ON person (mail_hash, id) WHERE mail_hash IS NOT NULL;

-- The ledger: a row for each notice on one channel, written with the event that owes it. Address and text are sealed.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    lang INTEGER NOT NULL,
    case_id INTEGER,
    request_id INTEGER,
    staff_id INTEGER,
    unit TEXT,
    contact BLOB NOT NULL,
    address BLOB NOT NULL,
    body BLOB NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    sent_at INTEGER
) STRICT;
CREATE INDEX notice_due ON notice (channel, run_at, id) WHERE state = 1;
CREATE INDEX notice_case ON notice (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX notice_state ON notice (state, id);
CREATE INDEX notice_unit ON notice (unit, id) WHERE unit IS NOT NULL;
CREATE INDEX notice_contact ON notice (contact, created_at);
-- Every attempt, and who sent it again.
CREATE TABLE notice_log (
    notice_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (notice_id, seq)
) STRICT, WITHOUT ROWID;
-- Texts that the administrator wrote instead of the pack's.
CREATE TABLE notice_text (kind INTEGER PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL, by_name TEXT NOT NULL) STRICT;
-- Where members of staff are mailed, and what they want.
CREATE TABLE staff_mail (staff_id INTEGER PRIMARY KEY, mail BLOB NOT NULL, mail_hash BLOB NOT NULL, news INTEGER, digest INTEGER NOT NULL) STRICT;
