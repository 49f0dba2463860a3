-- Tasks: when one last changed; the links of those outside; when somebody looked. And why a matter happened.
ALTER TABLE case_row ADD COLUMN tasks_at BIGINT;
ALTER TABLE case_row ADD COLUMN cause TEXT;
CREATE INDEX case_row_tasks ON case_row (tasks_at, id) WHERE tasks_at IS NOT NULL;
CREATE INDEX case_row_cause ON case_row (cause, id, opened_at) WHERE cause IS NOT NULL;

CREATE TABLE task_link (
    token BYTEA PRIMARY KEY,
    case_id BIGINT NOT NULL,
    task BIGINT NOT NULL,
    party TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    UNIQUE (case_id, task)
);

CREATE TABLE case_seen (
    case_id BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (case_id, staff_id)
);
