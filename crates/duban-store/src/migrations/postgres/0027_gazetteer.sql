-- Places of registers that somebody else keeps: streets, neighbourhoods. What vanished there stays, and is not found.
CREATE TABLE place (
    register TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_en TEXT COLLATE "C" NOT NULL,
    -- Lists, one a line.
    aliases TEXT NOT NULL,
    former TEXT NOT NULL,
    initials TEXT NOT NULL,
    division TEXT COLLATE "C",
    lng_e7 BIGINT,
    lat_e7 BIGINT,
    -- Everything that it is found by, in small letters.
    find TEXT COLLATE "C" NOT NULL,
    gone_at BIGINT,
    PRIMARY KEY (register, id)
);
CREATE INDEX place_name ON place (name) WHERE gone_at IS NULL;
CREATE INDEX place_name_en ON place (name_en) WHERE gone_at IS NULL;

-- Each time a register was read or is to be read: by whom, and what came of it. A row is its own job.
CREATE TABLE register_run (
    id BIGINT PRIMARY KEY,
    register TEXT COLLATE "C" NOT NULL,
    how BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    -- The day it was due, as days since 1970; none when somebody asked for it.
    day BIGINT,
    outcome BIGINT NOT NULL,
    at BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    ended_at BIGINT,
    -- How many may vanish when somebody looked and said so.
    vanish_ok BIGINT NOT NULL,
    total BIGINT NOT NULL,
    added BIGINT NOT NULL,
    renamed BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    vanished BIGINT NOT NULL,
    odd BIGINT NOT NULL,
    -- Why it failed, in both languages; and what changed, the first of each kind.
    error TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (register, day)
);
CREATE INDEX register_run_due ON register_run (run_at, id) WHERE outcome = 1;
CREATE INDEX register_run_newest ON register_run (register, id);
