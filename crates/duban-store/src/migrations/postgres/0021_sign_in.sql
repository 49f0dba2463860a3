-- A session knows the device and the place that it began at, both cut short.
ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN place TEXT NOT NULL DEFAULT '';
CREATE INDEX session_subject ON session (kind, subject);

-- Wrong guesses, by a keyed hash of what was guessed at and from where.
CREATE TABLE guess (key BYTEA PRIMARY KEY, since BIGINT NOT NULL, wrong BIGINT NOT NULL);
CREATE INDEX guess_since ON guess (since);

-- Who signed in, who tried, and what people did to their own way in. Never changed.
CREATE TABLE sign_in (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    what BIGINT NOT NULL,
    place TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX sign_in_staff ON sign_in (staff_id, id);
CREATE FUNCTION sign_in_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the record of sign-ins is never changed or removed'; END $$;
CREATE TRIGGER sign_in_append_only BEFORE UPDATE OR DELETE ON sign_in
FOR EACH ROW EXECUTE FUNCTION sign_in_refuse();
CREATE TRIGGER sign_in_no_truncate BEFORE TRUNCATE ON sign_in
FOR EACH STATEMENT EXECUTE FUNCTION sign_in_refuse();

-- The secret of a second factor, sealed; it counts from when its owner has proved that they have it.
CREATE TABLE second_factor (
    staff_id BIGINT PRIMARY KEY,
    secret BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);
-- Codes for whoever lost it, each good once. Only a keyed hash is kept.
CREATE TABLE recovery_code (
    staff_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (staff_id, hash)
);
