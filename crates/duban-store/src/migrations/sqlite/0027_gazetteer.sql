-- Places of registers that somebody else keeps: streets, neighbourhoods. What vanished there stays, and is not found.
CREATE TABLE place (
    register TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    -- Lists, one a line.
    aliases TEXT NOT NULL,
    former TEXT NOT NULL,
    initials TEXT NOT NULL,
    division TEXT,
    lng_e7 INTEGER,
    lat_e7 INTEGER,
    -- Everything that it is found by, in small letters.
    find TEXT NOT NULL,
    gone_at INTEGER,
    PRIMARY KEY (register, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_name ON place (name) WHERE gone_at IS NULL;
CREATE INDEX place_name_en ON place (name_en) WHERE gone_at IS NULL;

-- Each time a register was read or is to be read: by whom, and what came of it. A row is its own job.
CREATE TABLE register_run (
    id INTEGER PRIMARY KEY,
    register TEXT NOT NULL,
    how INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    -- The day it was due, as days since 1970; none when somebody asked for it.
    day INTEGER,
    outcome INTEGER NOT NULL,
    at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    ended_at INTEGER,
    -- How many may vanish when somebody looked and said so.
    vanish_ok INTEGER NOT NULL,
    total INTEGER NOT NULL,
    added INTEGER NOT NULL,
    renamed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    vanished INTEGER NOT NULL,
    odd INTEGER NOT NULL,
    -- Why it failed, in both languages; and what changed, the first of each kind.
    error TEXT NOT NULL,
    detail TEXT NOT NULL,
    UNIQUE (register, day)
) STRICT;
CREATE INDEX register_run_due ON register_run (run_at, id) WHERE outcome = 1;
CREATE INDEX register_run_newest ON register_run (register, id);
