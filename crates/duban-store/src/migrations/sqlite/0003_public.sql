-- What everybody may see of a case, and nothing else: no telephone, no name, no exact place, no
-- words that were not meant for others. The public pages, the map and the feeds read this table only.
CREATE TABLE public_case (
    case_id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT,
    top TEXT NOT NULL,
    division TEXT,
    county TEXT NOT NULL,
    owner TEXT NOT NULL,
    phase INTEGER NOT NULL,
    done INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    finish_due INTEGER NOT NULL,
    answered_at INTEGER,
    closed_at INTEGER,
    lng_e7 INTEGER,
    lat_e7 INTEGER,
    morton INTEGER,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    voices INTEGER NOT NULL
) STRICT;
CREATE INDEX public_case_county ON public_case (county, case_id);
CREATE INDEX public_case_top ON public_case (top, case_id);
CREATE INDEX public_case_morton ON public_case (morton, case_id) WHERE morton IS NOT NULL;

-- How many of them lie in each square of the map, by kind: what a map shows from afar.
CREATE TABLE public_cell (
    level INTEGER NOT NULL,
    cell INTEGER NOT NULL,
    top TEXT NOT NULL,
    slot INTEGER NOT NULL,
    open INTEGER NOT NULL,
    done INTEGER NOT NULL,
    PRIMARY KEY (level, cell, top, slot)
) STRICT, WITHOUT ROWID;
