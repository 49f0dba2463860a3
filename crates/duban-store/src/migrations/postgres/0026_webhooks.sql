-- Other systems that are told by a signed post when something happens to a case. The secrets are sealed.
CREATE TABLE webhook (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    unit TEXT,
    secret BYTEA NOT NULL,
    secret_at BIGINT NOT NULL,
    old_secret BYTEA,
    old_until BIGINT,
    state BIGINT NOT NULL,
    state_at BIGINT NOT NULL,
    failing_since BIGINT,
    answered_at BIGINT,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    busy_until BIGINT NOT NULL
);

-- What is owed to one of them, written with the event that owes it; and what came of it.
CREATE TABLE webhook_delivery (
    id BIGINT PRIMARY KEY,
    hook_id BIGINT NOT NULL,
    case_id BIGINT,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (hook_id, run_at, id) WHERE state = 1;
CREATE INDEX webhook_delivery_case ON webhook_delivery (hook_id, case_id, version) WHERE state = 1;
CREATE INDEX webhook_delivery_state ON webhook_delivery (hook_id, state, id);
CREATE INDEX webhook_delivery_log ON webhook_delivery (hook_id, id);
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);

-- Every attempt, and who sent it again.
CREATE TABLE webhook_attempt (
    delivery_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    ms BIGINT,
    status BIGINT,
    words TEXT NOT NULL,
    PRIMARY KEY (delivery_id, seq)
);
