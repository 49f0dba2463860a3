-- When somebody showed by a code that a telephone or a mail address is theirs; gone with the number that it was about.
ALTER TABLE person ADD COLUMN phone_confirmed_at INTEGER;
ALTER TABLE person ADD COLUMN mail_confirmed_at INTEGER;

-- The last code of each number or address: a keyed hash, never the digits. Purpose is the request that it confirms, or 0.
CREATE TABLE contact_code (
    contact BLOB PRIMARY KEY,
    purpose INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    used_at INTEGER,
    day_from INTEGER NOT NULL,
    day_count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_code_at ON contact_code (at);

-- Browsers that see the requests of a number or address, for a short time.
CREATE TABLE contact_session (
    token BLOB PRIMARY KEY,
    contact BLOB NOT NULL,
    address BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    agent TEXT NOT NULL,
    place TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_session_contact ON contact_session (contact);
CREATE INDEX contact_session_expires ON contact_session (expires_at);

-- Notices that hold a code: their words and addresses are erased when it holds no longer.
CREATE INDEX notice_code ON notice (created_at) WHERE kind = 18 AND length(contact) > 0;
