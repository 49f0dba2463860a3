-- What everybody may see of a case, and nothing else: no telephone, no name, no exact place, no
-- words that were not meant for others. The public pages, the map and the feeds read this table only.
CREATE TABLE public_case (
    case_id BIGINT PRIMARY KEY,
    number TEXT NOT NULL,
    category TEXT COLLATE "C",
    top TEXT COLLATE "C" NOT NULL,
    division TEXT COLLATE "C",
    county TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    phase BIGINT NOT NULL,
    done BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    finish_due BIGINT NOT NULL,
    answered_at BIGINT,
    closed_at BIGINT,
    lng_e7 BIGINT,
    lat_e7 BIGINT,
    morton BIGINT,
    title TEXT NOT NULL,
    words TEXT NOT NULL,
    voices BIGINT NOT NULL
);
CREATE INDEX public_case_county ON public_case (county, case_id);
CREATE INDEX public_case_top ON public_case (top, case_id);
CREATE INDEX public_case_morton ON public_case (morton, case_id) WHERE morton IS NOT NULL;

-- How many of them lie in each square of the map, by kind: what a map shows from afar.
CREATE TABLE public_cell (
    level BIGINT NOT NULL,
    cell BIGINT NOT NULL,
    top TEXT COLLATE "C" NOT NULL,
    slot BIGINT NOT NULL,
    open BIGINT NOT NULL,
    done BIGINT NOT NULL,
    PRIMARY KEY (level, cell, top, slot)
);
