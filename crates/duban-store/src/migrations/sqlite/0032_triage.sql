-- What was learned from closed cases: each version with its report; one of each aim is in force. A model is weights of
-- hashed runs of characters: no text, no word.
CREATE TABLE triage_model (
    aim INTEGER NOT NULL,
    version INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    in_force INTEGER NOT NULL,
    why TEXT NOT NULL,
    report TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (aim, version)
) STRICT;
CREATE UNIQUE INDEX triage_model_in_force ON triage_model (aim) WHERE in_force = 1;

-- What was suggested and what somebody chose then, counted by day and the unit of whoever chose; nobody's name.
CREATE TABLE triage_choice (
    day INTEGER NOT NULL,
    aim INTEGER NOT NULL,
    version INTEGER NOT NULL,
    unit TEXT NOT NULL,
    suggested TEXT NOT NULL,
    chosen TEXT NOT NULL,
    rank INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (day, aim, version, unit, suggested, chosen, rank)
) STRICT, WITHOUT ROWID;

-- Imported cases whose source named the category: a person's word, where a rule's guess is none.
CREATE TABLE told_category (case_id INTEGER PRIMARY KEY) STRICT;
