-- What proves the past: a tree of digests over every event and every request. Texts are digested with a salt that is
-- erased together with them.
ALTER TABLE event_payload ADD COLUMN salt BYTEA;
ALTER TABLE request ADD COLUMN salt BYTEA;
ALTER TABLE request ADD COLUMN digest BYTEA;

-- What is recorded and not yet in the tree. Kinds: 1 an event, 2 a request.
CREATE TABLE log_pending (id BIGINT NOT NULL, kind BIGINT NOT NULL, PRIMARY KEY (id, kind));
CREATE FUNCTION event_pending() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO log_pending (id, kind) VALUES (new.id, 1); RETURN NULL; END $$;
CREATE TRIGGER event_pending AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_pending();
CREATE FUNCTION request_pending() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO log_pending (id, kind) VALUES (new.id, 2); RETURN NULL; END $$;
CREATE TRIGGER request_pending AFTER INSERT ON request FOR EACH ROW WHEN (new.digest IS NOT NULL)
EXECUTE FUNCTION request_pending();
INSERT INTO log_pending (id, kind) SELECT id, 1 FROM event;

-- Which leaf is what.
CREATE TABLE log_leaf (seq BIGINT PRIMARY KEY, kind BIGINT NOT NULL, subject BIGINT NOT NULL, UNIQUE (kind, subject));
CREATE FUNCTION leaf_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a leaf is never changed or removed'; END $$;
CREATE TRIGGER log_leaf_append_only BEFORE UPDATE OR DELETE ON log_leaf
FOR EACH ROW EXECUTE FUNCTION leaf_refuse();

-- Digests of the tree, 256 to a row; and its signed roots.
CREATE TABLE log_tile (level BIGINT NOT NULL, position BIGINT NOT NULL, hashes BYTEA NOT NULL, PRIMARY KEY (level, position));
CREATE TABLE log_head (size BIGINT PRIMARY KEY, at BIGINT NOT NULL, note TEXT NOT NULL);
CREATE TABLE log_state (one BIGINT PRIMARY KEY, size BIGINT NOT NULL);
INSERT INTO log_state (one, size) VALUES (1, 0);
