-- The books of the hall. Nothing here is ever changed or removed: what an account holds is its last entry, and the
-- next entry has the next number, so that two who post at once cannot both have read the same balance.
CREATE TABLE ledger_account (
    id BIGINT PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    kind BIGINT NOT NULL,
    opened_at BIGINT NOT NULL
);

CREATE TABLE ledger_transfer (
    id BIGINT PRIMARY KEY,
    key TEXT COLLATE "C" NOT NULL UNIQUE,
    kind BIGINT NOT NULL,
    debit BIGINT NOT NULL REFERENCES ledger_account (id),
    credit BIGINT NOT NULL REFERENCES ledger_account (id),
    fen BIGINT NOT NULL CHECK (fen > 0),
    reservation TEXT COLLATE "C",
    day BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CHECK (debit <> credit)
);
-- A reservation ends once.
CREATE UNIQUE INDEX ledger_transfer_reservation ON ledger_transfer (reservation) WHERE reservation IS NOT NULL;
CREATE INDEX ledger_transfer_day ON ledger_transfer (day, id);

CREATE TABLE ledger_entry (
    account BIGINT NOT NULL REFERENCES ledger_account (id),
    no BIGINT NOT NULL,
    transfer BIGINT NOT NULL REFERENCES ledger_transfer (id),
    debits_pending BIGINT NOT NULL CHECK (debits_pending >= 0),
    debits_posted BIGINT NOT NULL CHECK (debits_posted >= 0),
    credits_pending BIGINT NOT NULL CHECK (credits_pending >= 0),
    credits_posted BIGINT NOT NULL CHECK (credits_posted >= 0),
    PRIMARY KEY (account, no)
);

-- The end of a day: what the books say and what the bank says.
CREATE TABLE ledger_close (
    day BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    by_id BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    bank BIGINT NOT NULL,
    owed BIGINT NOT NULL,
    fees BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    statement BIGINT NOT NULL,
    words TEXT NOT NULL
);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the books are never changed or removed'; END $$;
CREATE TRIGGER ledger_account_append_only BEFORE UPDATE OR DELETE ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_account_no_truncate BEFORE TRUNCATE ON ledger_account
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_transfer_append_only BEFORE UPDATE OR DELETE ON ledger_transfer
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_transfer_no_truncate BEFORE TRUNCATE ON ledger_transfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_close_append_only BEFORE UPDATE OR DELETE ON ledger_close
FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_close_no_truncate BEFORE TRUNCATE ON ledger_close
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
-- A closed day takes nothing more.
CREATE FUNCTION ledger_closed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF new.day <= (SELECT max(day) FROM ledger_close) THEN RAISE EXCEPTION 'the books of this day are closed'; END IF;
    RETURN new;
END $$;
CREATE TRIGGER ledger_transfer_day_closed BEFORE INSERT ON ledger_transfer
FOR EACH ROW EXECUTE FUNCTION ledger_closed();
