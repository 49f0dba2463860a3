-- Mails of the Maildir that could not be read: whoever sent them has heard nothing, so somebody has to look. Sender and
-- subject are sealed; the mail itself stays in the Maildir under this name.
CREATE TABLE letter_aside (
    id BIGINT PRIMARY KEY,
    file TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    why TEXT NOT NULL,
    head BYTEA NOT NULL,
    seen_at BIGINT,
    seen_by TEXT NOT NULL
);
CREATE INDEX letter_aside_open ON letter_aside (id) WHERE seen_at IS NULL;
