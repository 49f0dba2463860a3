-- People are found by their whole name and by the end of their telephone too: keyed hashes, never plain text. Names of
-- before are filled in by the program, which has the key. Who looked is recorded; never changed, never removed.
ALTER TABLE person ADD COLUMN name_hash BLOB;
CREATE INDEX person_name ON person (name_hash, id) WHERE name_hash IS NOT NULL;
CREATE INDEX person_tail ON person (tail_hash, id) WHERE tail_hash IS NOT NULL;

CREATE TABLE seek_log (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    staff_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    by_what TEXT NOT NULL,
    found INTEGER NOT NULL
) STRICT;
CREATE INDEX seek_log_staff ON seek_log (staff_id, id);

CREATE TRIGGER seek_log_no_update BEFORE UPDATE ON seek_log
BEGIN SELECT RAISE(ABORT, 'who looked for whom is never rewritten'); END;
CREATE TRIGGER seek_log_no_delete BEFORE DELETE ON seek_log
BEGIN SELECT RAISE(ABORT, 'who looked for whom is never removed'); END;
