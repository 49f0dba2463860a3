-- Cards that the city holds deposits for. Number, holder and identity number are sealed; found by keyed hashes.
CREATE TABLE hall_card (
    id BIGINT PRIMARY KEY,
    service TEXT COLLATE "C" NOT NULL,
    number_hash BYTEA NOT NULL,
    number BYTEA NOT NULL,
    holder_hash BYTEA,
    holder BYTEA NOT NULL,
    unit TEXT NOT NULL,
    answers TEXT NOT NULL,
    deposit BIGINT NOT NULL CHECK (deposit >= 0),
    balance BIGINT NOT NULL CHECK (balance >= 0),
    issued TEXT NOT NULL,
    imported_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX hall_card_number ON hall_card (service, number_hash);
CREATE INDEX hall_card_holder ON hall_card (holder_hash) WHERE holder_hash IS NOT NULL;

CREATE TABLE hall_application (
    id BIGINT PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    service TEXT COLLATE "C" NOT NULL,
    situation TEXT NOT NULL,
    answers TEXT NOT NULL,
    papers TEXT NOT NULL,
    card BIGINT REFERENCES hall_card (id),
    stage BIGINT NOT NULL,
    version BIGINT NOT NULL,
    round BIGINT NOT NULL,
    deposit BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    fields BYTEA NOT NULL,
    operator_id BIGINT NOT NULL,
    operator_name TEXT NOT NULL,
    reviewer_id BIGINT,
    reviewer_name TEXT NOT NULL,
    signed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- One open application for a card, and one that was paid, ever: 8 is withdrawn.
CREATE UNIQUE INDEX hall_application_card ON hall_application (card) WHERE card IS NOT NULL AND stage <> 8;
CREATE INDEX hall_application_operator ON hall_application (operator_id, created_at);
CREATE INDEX hall_application_stage ON hall_application (stage, changed_at, id);

-- What happened to an application: added to, never changed.
CREATE TABLE hall_step (
    application BIGINT NOT NULL REFERENCES hall_application (id),
    no BIGINT NOT NULL,
    at BIGINT NOT NULL,
    step BIGINT NOT NULL,
    stage BIGINT NOT NULL,
    by_id BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (application, no)
);

CREATE FUNCTION hall_step_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what happened is never changed or removed'; END $$;
CREATE TRIGGER hall_step_append_only BEFORE UPDATE OR DELETE ON hall_step
FOR EACH ROW EXECUTE FUNCTION hall_step_refuse();
CREATE TRIGGER hall_step_no_truncate BEFORE TRUNCATE ON hall_step
FOR EACH STATEMENT EXECUTE FUNCTION hall_step_refuse();

-- Orders to the bank, and what it said of each.
CREATE TABLE hall_batch (
    id BIGINT PRIMARY KEY,
    number TEXT COLLATE "C" NOT NULL UNIQUE,
    service TEXT COLLATE "C" NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    count BIGINT NOT NULL,
    fen BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE TABLE hall_payment (
    id BIGINT PRIMARY KEY,
    batch BIGINT NOT NULL REFERENCES hall_batch (id),
    application BIGINT NOT NULL REFERENCES hall_application (id),
    round BIGINT NOT NULL,
    reference TEXT COLLATE "C" NOT NULL UNIQUE,
    fen BIGINT NOT NULL CHECK (fen > 0),
    state BIGINT NOT NULL,
    reason TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    answered_at BIGINT,
    UNIQUE (application, round)
);
CREATE INDEX hall_payment_batch ON hall_payment (batch, id);
-- Paid once, ever.
CREATE UNIQUE INDEX hall_payment_paid ON hall_payment (application) WHERE state = 2;
