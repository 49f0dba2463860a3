-- Keys of other systems for the API v1. They are not those of Open311 (api_key), and neither opens the other's door.
CREATE TABLE service_key (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    unit TEXT,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    expires_at INTEGER,
    ended_at INTEGER,
    used_at INTEGER
) STRICT;

-- What was sent under a key of the sender's, so that the same thing sent again counts once and another is refused.
CREATE TABLE idempotency (key BLOB PRIMARY KEY, digest BLOB NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
