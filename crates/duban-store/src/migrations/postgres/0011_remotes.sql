-- Cases that went to another Open311 server: how it calls them, and how far that is.
CREATE TABLE remote_case (
    case_id BIGINT NOT NULL,
    remote TEXT NOT NULL,
    reference TEXT NOT NULL,
    state BIGINT NOT NULL,
    token TEXT,
    number TEXT,
    sent_at BIGINT,
    status TEXT,
    asked_at BIGINT,
    error TEXT,
    PRIMARY KEY (case_id, remote)
);
CREATE INDEX remote_case_number ON remote_case (remote, number) WHERE number IS NOT NULL;
