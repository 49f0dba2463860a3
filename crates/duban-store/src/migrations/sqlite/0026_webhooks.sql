-- Other systems that are told by a signed post when something happens to a case. The secrets are sealed.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    unit TEXT,
    secret BLOB NOT NULL,
    secret_at INTEGER NOT NULL,
    old_secret BLOB,
    old_until INTEGER,
    state INTEGER NOT NULL,
    state_at INTEGER NOT NULL,
    failing_since INTEGER,
    answered_at INTEGER,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    busy_until INTEGER NOT NULL
) STRICT;

-- What is owed to one of them, written with the event that owes it; and what came of it.
CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY,
    hook_id INTEGER NOT NULL,
    case_id INTEGER,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    done_at INTEGER
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (hook_id, run_at, id) WHERE state = 1;
CREATE INDEX webhook_delivery_case ON webhook_delivery (hook_id, case_id, version) WHERE state = 1;
CREATE INDEX webhook_delivery_state ON webhook_delivery (hook_id, state, id);
CREATE INDEX webhook_delivery_log ON webhook_delivery (hook_id, id);
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);

-- Every attempt, and who sent it again.
CREATE TABLE webhook_attempt (
    delivery_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ms INTEGER,
    status INTEGER,
    words TEXT NOT NULL,
    PRIMARY KEY (delivery_id, seq)
) STRICT, WITHOUT ROWID;
