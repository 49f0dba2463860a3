-- Cards that the city holds deposits for. Number, holder and identity number are sealed; found by keyed hashes.
CREATE TABLE hall_card (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    number_hash BLOB NOT NULL,
    number BLOB NOT NULL,
    holder_hash BLOB,
    holder BLOB NOT NULL,
    unit TEXT NOT NULL,
    answers TEXT NOT NULL,
    deposit INTEGER NOT NULL CHECK (deposit >= 0),
    balance INTEGER NOT NULL CHECK (balance >= 0),
    issued TEXT NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX hall_card_number ON hall_card (service, number_hash);
CREATE INDEX hall_card_holder ON hall_card (holder_hash) WHERE holder_hash IS NOT NULL;

CREATE TABLE hall_application (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    service TEXT NOT NULL,
    situation TEXT NOT NULL,
    answers TEXT NOT NULL,
    papers TEXT NOT NULL,
    card INTEGER REFERENCES hall_card (id),
    stage INTEGER NOT NULL,
    version INTEGER NOT NULL,
    round INTEGER NOT NULL,
    deposit INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    fields BLOB NOT NULL,
    operator_id INTEGER NOT NULL,
    operator_name TEXT NOT NULL,
    reviewer_id INTEGER,
    reviewer_name TEXT NOT NULL,
    signed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
-- One open application for a card, and one that was paid, ever: 8 is withdrawn.
CREATE UNIQUE INDEX hall_application_card ON hall_application (card) WHERE card IS NOT NULL AND stage <> 8;
CREATE INDEX hall_application_operator ON hall_application (operator_id, created_at);
CREATE INDEX hall_application_stage ON hall_application (stage, changed_at, id);

-- What happened to an application: added to, never changed.
CREATE TABLE hall_step (
    application INTEGER NOT NULL REFERENCES hall_application (id),
    no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    step INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    by_id INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (application, no)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER hall_step_no_update BEFORE UPDATE ON hall_step
BEGIN SELECT RAISE(ABORT, 'what happened is never changed'); END;
CREATE TRIGGER hall_step_no_delete BEFORE DELETE ON hall_step
BEGIN SELECT RAISE(ABORT, 'what happened is never removed'); END;

-- Orders to the bank, and what it said of each.
CREATE TABLE hall_batch (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    service TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    count INTEGER NOT NULL,
    fen INTEGER NOT NULL,
    answered_at INTEGER
) STRICT;
CREATE TABLE hall_payment (
    id INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES hall_batch (id),
    application INTEGER NOT NULL REFERENCES hall_application (id),
    round INTEGER NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    fen INTEGER NOT NULL CHECK (fen > 0),
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    answered_at INTEGER,
    UNIQUE (application, round)
) STRICT;
CREATE INDEX hall_payment_batch ON hall_payment (batch, id);
-- Paid once, ever.
CREATE UNIQUE INDEX hall_payment_paid ON hall_payment (application) WHERE state = 2;
