-- People are found by their whole name and by the end of their telephone too: keyed hashes, never plain text. Names of
-- before are filled in by the program, which has the key. Who looked is recorded; never changed, never removed.
ALTER TABLE person ADD COLUMN name_hash BYTEA;
CREATE INDEX person_name ON person (name_hash, id) WHERE name_hash IS NOT NULL;
CREATE INDEX person_tail ON person (tail_hash, id) WHERE tail_hash IS NOT NULL;

CREATE TABLE seek_log (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    staff_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    by_what TEXT NOT NULL,
    found BIGINT NOT NULL
);
CREATE INDEX seek_log_staff ON seek_log (staff_id, id);

CREATE FUNCTION seek_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'who looked for whom is never rewritten or removed'; END $$;
CREATE TRIGGER seek_log_append_only BEFORE UPDATE OR DELETE ON seek_log
FOR EACH ROW EXECUTE FUNCTION seek_refuse();
