-- What was learned from closed cases: each version with its report; one of each aim is in force. A model is weights of
-- hashed runs of characters: no text, no word.
CREATE TABLE triage_model (
    aim BIGINT NOT NULL,
    version BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    in_force BIGINT NOT NULL,
    why TEXT NOT NULL,
    report TEXT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (aim, version)
);
CREATE UNIQUE INDEX triage_model_in_force ON triage_model (aim) WHERE in_force = 1;

-- What was suggested and what somebody chose then, counted by day and the unit of whoever chose; nobody's name.
CREATE TABLE triage_choice (
    day BIGINT NOT NULL,
    aim BIGINT NOT NULL,
    version BIGINT NOT NULL,
    unit TEXT NOT NULL,
    suggested TEXT NOT NULL,
    chosen TEXT NOT NULL,
    rank BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (day, aim, version, unit, suggested, chosen, rank)
);

-- Imported cases whose source named the category: a person's word, where a rule's guess is none.
CREATE TABLE told_category (case_id BIGINT PRIMARY KEY);
