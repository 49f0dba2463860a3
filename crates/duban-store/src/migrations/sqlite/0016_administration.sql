-- Who changed what in the city's settings, accounts and roles, with before and after. Never changed.
CREATE TABLE admin_change (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    note TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL
) STRICT;
CREATE TRIGGER admin_change_no_update BEFORE UPDATE ON admin_change
BEGIN SELECT RAISE(ABORT, 'the record of changes is never changed'); END;
CREATE TRIGGER admin_change_no_delete BEFORE DELETE ON admin_change
BEGIN SELECT RAISE(ABORT, 'the record of changes is never removed'); END;

-- Links with which somebody sets a password of their own, once. Only a hash is kept.
CREATE TABLE password_link (
    hash BLOB PRIMARY KEY,
    staff_id INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX password_link_staff ON password_link (staff_id);
