-- When a case in callback is to be called next; derived from the case, written with it.
CREATE TABLE callback_task (
    case_id BIGINT PRIMARY KEY,
    made_at BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    tried_at BIGINT,
    judge BIGINT NOT NULL
);
CREATE INDEX callback_task_ready ON callback_task (judge, ready_at, case_id);

-- A dissatisfied answer that the handler is asked to look at.
CREATE TABLE alert (
    id BIGINT PRIMARY KEY,
    case_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    unit TEXT NOT NULL,
    at BIGINT NOT NULL,
    words TEXT NOT NULL,
    seen_at BIGINT,
    seen_by BIGINT
);
CREATE INDEX alert_open ON alert (unit, id) WHERE seen_at IS NULL;

-- Quality inspection: what was drawn, what was found, what the one concerned said, what was decided.
CREATE TABLE inspection (
    id BIGINT PRIMARY KEY,
    kind BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    number TEXT NOT NULL,
    agent BIGINT,
    unit TEXT NOT NULL,
    whose TEXT NOT NULL,
    drawn_at BIGINT NOT NULL,
    body TEXT NOT NULL,
    state BIGINT NOT NULL,
    score BIGINT,
    passed BIGINT,
    appealed BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    UNIQUE (kind, subject)
);
CREATE INDEX inspection_state ON inspection (state, id);
CREATE INDEX inspection_drawn ON inspection (drawn_at, id);
