-- Mails of the Maildir that could not be read: whoever sent them has heard nothing, so somebody has to look. Sender and
-- subject are sealed; the mail itself stays in the Maildir under this name.
CREATE TABLE letter_aside (
    id INTEGER PRIMARY KEY,
    file TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    why TEXT NOT NULL,
    head BLOB NOT NULL,
    seen_at INTEGER,
    seen_by TEXT NOT NULL
) STRICT;
CREATE INDEX letter_aside_open ON letter_aside (id) WHERE seen_at IS NULL;
