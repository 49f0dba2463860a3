-- Who changed what in the city's settings, accounts and roles, with before and after. Never changed.
CREATE TABLE admin_change (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    by_id BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version BIGINT NOT NULL,
    note TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
);
CREATE FUNCTION admin_change_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the record of changes is never changed or removed'; END $$;
CREATE TRIGGER admin_change_append_only BEFORE UPDATE OR DELETE ON admin_change
FOR EACH ROW EXECUTE FUNCTION admin_change_refuse();
CREATE TRIGGER admin_change_no_truncate BEFORE TRUNCATE ON admin_change
FOR EACH STATEMENT EXECUTE FUNCTION admin_change_refuse();

-- Links with which somebody sets a password of their own, once. Only a hash is kept.
CREATE TABLE password_link (
    hash BYTEA PRIMARY KEY,
    staff_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_link_staff ON password_link (staff_id);
