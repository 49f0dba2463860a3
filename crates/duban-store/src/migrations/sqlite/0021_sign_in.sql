-- A session knows the device and the place that it began at, both cut short.
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN place TEXT NOT NULL DEFAULT '';
CREATE INDEX session_subject ON session (kind, subject);

-- Wrong guesses, by a keyed hash of what was guessed at and from where.
CREATE TABLE guess (key BLOB PRIMARY KEY, since INTEGER NOT NULL, wrong INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX guess_since ON guess (since);

-- Who signed in, who tried, and what people did to their own way in. Never changed.
CREATE TABLE sign_in (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    what INTEGER NOT NULL,
    place TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_staff ON sign_in (staff_id, id);
CREATE TRIGGER sign_in_no_update BEFORE UPDATE ON sign_in
BEGIN SELECT RAISE(ABORT, 'the record of sign-ins is never changed'); END;
CREATE TRIGGER sign_in_no_delete BEFORE DELETE ON sign_in
BEGIN SELECT RAISE(ABORT, 'the record of sign-ins is never removed'); END;

-- The secret of a second factor, sealed; it counts from when its owner has proved that they have it.
CREATE TABLE second_factor (
    staff_id INTEGER PRIMARY KEY,
    secret BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    last_step INTEGER NOT NULL
) STRICT;
-- Codes for whoever lost it, each good once. Only a keyed hash is kept.
CREATE TABLE recovery_code (
    staff_id INTEGER NOT NULL,
    hash BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (staff_id, hash)
) STRICT, WITHOUT ROWID;
