-- What can be answered at once. The item itself is kept in JSON, as each version of it has it; what finds it and what
-- decides whether it is offered stand in columns beside it.
CREATE TABLE knowledge (
    id BIGINT PRIMARY KEY,
    -- Its key in the city pack, where it comes from there.
    pack_key TEXT COLLATE "C" UNIQUE,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    public BIGINT NOT NULL,
    -- Days as 2026-01-04; one that never ends ends in 9999.
    from_day TEXT COLLATE "C" NOT NULL,
    until_day TEXT COLLATE "C" NOT NULL,
    review_day TEXT COLLATE "C" NOT NULL,
    retired BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    changed_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX knowledge_review ON knowledge (retired, review_day, id);

-- Every version that ever was: what was read to somebody can be read again.
CREATE TABLE knowledge_version (
    item BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    retired BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (item, version)
);

-- Pairs of characters and words of its questions.
CREATE TABLE knowledge_pair (
    pair TEXT COLLATE "C" NOT NULL,
    item BIGINT NOT NULL,
    PRIMARY KEY (pair, item)
);
CREATE INDEX knowledge_pair_item ON knowledge_pair (item);

-- How often it answered: by the day, the version and who says so. Nobody is named.
CREATE TABLE knowledge_use (
    item BIGINT NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    how BIGINT NOT NULL,
    version BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (item, day, how, version)
);
