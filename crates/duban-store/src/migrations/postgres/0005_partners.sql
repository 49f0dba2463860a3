-- Answers to the questions of a category, as JSON; NULL when there are none.
ALTER TABLE request ADD COLUMN details TEXT;

-- The unit whose cases another system handles; NULL for one that only hands in and reads.
ALTER TABLE api_key ADD COLUMN unit TEXT;

-- Which other system handed a request in, and how it calls it.
CREATE TABLE partner_request (
    request_id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL,
    partner TEXT NOT NULL,
    reference TEXT
);
CREATE INDEX partner_request_case ON partner_request (case_id, partner);
CREATE INDEX partner_request_reference ON partner_request (partner, reference) WHERE reference IS NOT NULL;

-- Reports of other systems that were taken in: each once.
CREATE TABLE partner_update (
    source TEXT NOT NULL,
    update_id TEXT NOT NULL,
    case_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (source, update_id)
);
