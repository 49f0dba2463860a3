-- Keys of other systems for the API v1. They are not those of Open311 (api_key), and neither opens the other's door.
CREATE TABLE service_key (
    id BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    unit TEXT,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    expires_at BIGINT,
    ended_at BIGINT,
    used_at BIGINT
);

-- What was sent under a key of the sender's, so that the same thing sent again counts once and another is refused.
CREATE TABLE idempotency (key BYTEA PRIMARY KEY, digest BYTEA NOT NULL, at BIGINT NOT NULL);
