-- Cases that went to another Open311 server: how it calls them, and how far that is.
CREATE TABLE remote_case (
    case_id INTEGER NOT NULL,
    remote TEXT NOT NULL,
    reference TEXT NOT NULL,
    state INTEGER NOT NULL,
    token TEXT,
    number TEXT,
    sent_at INTEGER,
    status TEXT,
    asked_at INTEGER,
    error TEXT,
    PRIMARY KEY (case_id, remote)
) STRICT, WITHOUT ROWID;
CREATE INDEX remote_case_number ON remote_case (remote, number) WHERE number IS NOT NULL;
