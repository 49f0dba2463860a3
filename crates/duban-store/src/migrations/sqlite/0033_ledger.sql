-- The books of the hall. Nothing here is ever changed or removed: what an account holds is its last entry, and the
-- next entry has the next number, so that two who post at once cannot both have read the same balance.
CREATE TABLE ledger_account (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE TABLE ledger_transfer (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    debit INTEGER NOT NULL REFERENCES ledger_account (id),
    credit INTEGER NOT NULL REFERENCES ledger_account (id),
    fen INTEGER NOT NULL CHECK (fen > 0),
    reservation TEXT,
    day INTEGER NOT NULL,
    at INTEGER NOT NULL,
    CHECK (debit <> credit)
) STRICT;
-- A reservation ends once.
CREATE UNIQUE INDEX ledger_transfer_reservation ON ledger_transfer (reservation) WHERE reservation IS NOT NULL;
CREATE INDEX ledger_transfer_day ON ledger_transfer (day, id);

CREATE TABLE ledger_entry (
    account INTEGER NOT NULL REFERENCES ledger_account (id),
    no INTEGER NOT NULL,
    transfer INTEGER NOT NULL REFERENCES ledger_transfer (id),
    debits_pending INTEGER NOT NULL CHECK (debits_pending >= 0),
    debits_posted INTEGER NOT NULL CHECK (debits_posted >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    credits_posted INTEGER NOT NULL CHECK (credits_posted >= 0),
    PRIMARY KEY (account, no)
) STRICT, WITHOUT ROWID;

-- The end of a day: what the books say and what the bank says.
CREATE TABLE ledger_close (
    day INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by_id INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    bank INTEGER NOT NULL,
    owed INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    statement INTEGER NOT NULL,
    words TEXT NOT NULL
) STRICT;

CREATE TRIGGER ledger_account_no_update BEFORE UPDATE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'the books are never changed'); END;
CREATE TRIGGER ledger_account_no_delete BEFORE DELETE ON ledger_account
BEGIN SELECT RAISE(ABORT, 'the books are never removed'); END;
CREATE TRIGGER ledger_transfer_no_update BEFORE UPDATE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'the books are never changed'); END;
CREATE TRIGGER ledger_transfer_no_delete BEFORE DELETE ON ledger_transfer
BEGIN SELECT RAISE(ABORT, 'the books are never removed'); END;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the books are never changed'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'the books are never removed'); END;
CREATE TRIGGER ledger_close_no_update BEFORE UPDATE ON ledger_close
BEGIN SELECT RAISE(ABORT, 'the books are never changed'); END;
CREATE TRIGGER ledger_close_no_delete BEFORE DELETE ON ledger_close
BEGIN SELECT RAISE(ABORT, 'the books are never removed'); END;
-- A closed day takes nothing more.
CREATE TRIGGER ledger_transfer_day_closed BEFORE INSERT ON ledger_transfer
WHEN new.day <= (SELECT max(day) FROM ledger_close)
BEGIN SELECT RAISE(ABORT, 'the books of this day are closed'); END;
