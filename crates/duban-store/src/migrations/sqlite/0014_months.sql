-- The same counters by month (years × 12 + months): a month or a year is read in a few rows. Rows that owe something
-- have an index of their own, so that what is overdue is found without reading years.
CREATE TABLE tally_month (
    month INTEGER NOT NULL,
    unit TEXT NOT NULL,
    slot INTEGER NOT NULL,
    received INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    direct INTEGER NOT NULL,
    on_time INTEGER NOT NULL,
    late INTEGER NOT NULL,
    running INTEGER NOT NULL,
    contact_ok INTEGER NOT NULL,
    contact_late INTEGER NOT NULL,
    contact_running INTEGER NOT NULL,
    solved INTEGER NOT NULL,
    unsolved INTEGER NOT NULL,
    rated INTEGER NOT NULL,
    score INTEGER NOT NULL,
    PRIMARY KEY (month, unit, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX tally_month_owing ON tally_month (month, unit, slot) WHERE running <> 0 OR contact_running <> 0;
INSERT INTO tally_month (month, unit, slot, received, closed, direct, on_time, late, running, contact_ok, contact_late, contact_running, solved, unsolved, rated, score)
SELECT CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER) * 12 + CAST(strftime('%m', day * 86400, 'unixepoch') AS INTEGER) - 1, unit, slot, sum(received), sum(closed), sum(direct), sum(on_time), sum(late), sum(running), sum(contact_ok), sum(contact_late), sum(contact_running), sum(solved), sum(unsolved), sum(rated), sum(score) FROM tally GROUP BY 1, 2, 3;
