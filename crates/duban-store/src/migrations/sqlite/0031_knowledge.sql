-- What can be answered at once. The item itself is kept in JSON, as each version of it has it; what finds it and what
-- decides whether it is offered stand in columns beside it.
CREATE TABLE knowledge (
    id INTEGER PRIMARY KEY,
    -- Its key in the city pack, where it comes from there.
    pack_key TEXT UNIQUE,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    unit TEXT NOT NULL,
    public INTEGER NOT NULL,
    -- Days as 2026-01-04; one that never ends ends in 9999.
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    review_day TEXT NOT NULL,
    retired INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) STRICT;
CREATE INDEX knowledge_review ON knowledge (retired, review_day, id);

-- Every version that ever was: what was read to somebody can be read again.
CREATE TABLE knowledge_version (
    item INTEGER NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    retired INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    PRIMARY KEY (item, version)
) STRICT, WITHOUT ROWID;

-- Pairs of characters and words of its questions.
CREATE TABLE knowledge_pair (
    pair TEXT NOT NULL,
    item INTEGER NOT NULL,
    PRIMARY KEY (pair, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX knowledge_pair_item ON knowledge_pair (item);

-- How often it answered: by the day, the version and who says so. Nobody is named.
CREATE TABLE knowledge_use (
    item INTEGER NOT NULL,
    day TEXT NOT NULL,
    how INTEGER NOT NULL,
    version INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (item, day, how, version)
) STRICT, WITHOUT ROWID;
