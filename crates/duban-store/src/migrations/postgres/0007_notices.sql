-- Mail addresses beside telephone numbers, sealed and found alike; what a person wants to be told, and how.
ALTER TABLE person ADD COLUMN mail BYTEA;
ALTER TABLE person ADD COLUMN mail_hash BYTEA;
ALTER TABLE person ADD COLUMN news BIGINT;
ALTER TABLE person ADD COLUMN lang BIGINT NOT NULL DEFAULT 1;
CREATE INDEX person_mail ON person (mail_hash, id) WHERE mail_hash IS NOT NULL;

-- The ledger: a row for each notice on one channel, written with the event that owes it. Address and text are sealed.
CREATE TABLE notice (
    id BIGINT PRIMARY KEY,
    channel BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    lang BIGINT NOT NULL,
    case_id BIGINT,
    request_id BIGINT,
    staff_id BIGINT,
    unit TEXT COLLATE "C",
    contact BYTEA NOT NULL,
    address BYTEA NOT NULL,
    body BYTEA NOT NULL,
    state BIGINT NOT NULL,
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX notice_due ON notice (channel, run_at, id) WHERE state = 1;
CREATE INDEX notice_case ON notice (case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX notice_state ON notice (state, id);
CREATE INDEX notice_unit ON notice (unit, id) WHERE unit IS NOT NULL;
CREATE INDEX notice_contact ON notice (contact, created_at);
-- Every attempt, and who sent it again.
CREATE TABLE notice_log (
    notice_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (notice_id, seq)
);
-- Texts that the administrator wrote instead of the pack's.
CREATE TABLE notice_text (kind BIGINT PRIMARY KEY, body TEXT NOT NULL, at BIGINT NOT NULL, by_name TEXT NOT NULL);
-- Where members of staff are mailed, and what they want.
CREATE TABLE staff_mail (staff_id BIGINT PRIMARY KEY, mail BYTEA NOT NULL, mail_hash BYTEA NOT NULL, news BIGINT, digest BIGINT NOT NULL);
