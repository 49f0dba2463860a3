-- What proves the past: a tree of digests over every event and every request. Texts are digested with a salt that is
-- erased together with them.
ALTER TABLE event_payload ADD COLUMN salt BLOB;
ALTER TABLE request ADD COLUMN salt BLOB;
ALTER TABLE request ADD COLUMN digest BLOB;

-- What is recorded and not yet in the tree. Kinds: 1 an event, 2 a request.
CREATE TABLE log_pending (id INTEGER NOT NULL, kind INTEGER NOT NULL, PRIMARY KEY (id, kind)) STRICT, WITHOUT ROWID;
CREATE TRIGGER event_pending AFTER INSERT ON event
BEGIN INSERT INTO log_pending (id, kind) VALUES (new.id, 1); END;
CREATE TRIGGER request_pending AFTER INSERT ON request WHEN new.digest IS NOT NULL
BEGIN INSERT INTO log_pending (id, kind) VALUES (new.id, 2); END;
INSERT INTO log_pending (id, kind) SELECT id, 1 FROM event;

-- Which leaf is what.
CREATE TABLE log_leaf (
    seq INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    UNIQUE (kind, subject)
) STRICT;
CREATE TRIGGER log_leaf_no_update BEFORE UPDATE ON log_leaf
BEGIN SELECT RAISE(ABORT, 'a leaf is never changed'); END;
CREATE TRIGGER log_leaf_no_delete BEFORE DELETE ON log_leaf
BEGIN SELECT RAISE(ABORT, 'a leaf is never removed'); END;

-- Digests of the tree, 256 to a row; and its signed roots.
CREATE TABLE log_tile (
    level INTEGER NOT NULL, position INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_head (size INTEGER PRIMARY KEY, at INTEGER NOT NULL, note TEXT NOT NULL) STRICT;
CREATE TABLE log_state (one INTEGER PRIMARY KEY, size INTEGER NOT NULL) STRICT;
INSERT INTO log_state (one, size) VALUES (1, 0);
