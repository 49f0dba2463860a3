-- What a key opens: Open311, or telling of calls. A key that told of calls before is one for that.
ALTER TABLE api_key ADD COLUMN scope TEXT NOT NULL DEFAULT 'open311';
UPDATE api_key SET scope = 'telephone' WHERE unit IS NULL AND name IN (SELECT DISTINCT source FROM call)
    AND name NOT IN (SELECT DISTINCT partner FROM partner_request);

-- Who has which case open, where several servers serve one city; a row is of the past half a minute later.
CREATE TABLE presence (
    number TEXT NOT NULL,
    staff_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    writes INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    PRIMARY KEY (number, staff_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_until ON presence (until_at);
