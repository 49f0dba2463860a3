-- When a case in callback is to be called next; derived from the case, written with it.
CREATE TABLE callback_task (
    case_id INTEGER PRIMARY KEY,
    made_at INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    tried_at INTEGER,
    judge INTEGER NOT NULL
) STRICT;
CREATE INDEX callback_task_ready ON callback_task (judge, ready_at, case_id);

-- A dissatisfied answer that the handler is asked to look at.
CREATE TABLE alert (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    unit TEXT NOT NULL,
    at INTEGER NOT NULL,
    words TEXT NOT NULL,
    seen_at INTEGER,
    seen_by INTEGER
) STRICT;
CREATE INDEX alert_open ON alert (unit, id) WHERE seen_at IS NULL;

-- Quality inspection: what was drawn, what was found, what the one concerned said, what was decided.
CREATE TABLE inspection (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    number TEXT NOT NULL,
    agent INTEGER,
    unit TEXT NOT NULL,
    whose TEXT NOT NULL,
    drawn_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    state INTEGER NOT NULL,
    score INTEGER,
    passed INTEGER,
    appealed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    UNIQUE (kind, subject)
) STRICT;
CREATE INDEX inspection_state ON inspection (state, id);
CREATE INDEX inspection_drawn ON inspection (drawn_at, id);
