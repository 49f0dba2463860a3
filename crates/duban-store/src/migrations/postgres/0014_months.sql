-- The same counters by month (years × 12 + months): a month or a year is read in a few rows. Rows that owe something
-- have an index of their own, so that what is overdue is found without reading years.
CREATE TABLE tally_month (
    month BIGINT NOT NULL,
    unit TEXT NOT NULL,
    slot BIGINT NOT NULL,
    received BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    direct BIGINT NOT NULL,
    on_time BIGINT NOT NULL,
    late BIGINT NOT NULL,
    running BIGINT NOT NULL,
    contact_ok BIGINT NOT NULL,
    contact_late BIGINT NOT NULL,
    contact_running BIGINT NOT NULL,
    solved BIGINT NOT NULL,
    unsolved BIGINT NOT NULL,
    rated BIGINT NOT NULL,
    score BIGINT NOT NULL,
    PRIMARY KEY (month, unit, slot)
);
CREATE INDEX tally_month_owing ON tally_month (month, unit, slot) WHERE running <> 0 OR contact_running <> 0;
INSERT INTO tally_month (month, unit, slot, received, closed, direct, on_time, late, running, contact_ok, contact_late, contact_running, solved, unsolved, rated, score)
SELECT CAST(extract(year FROM DATE '1970-01-01' + CAST(day AS INTEGER)) * 12 + extract(month FROM DATE '1970-01-01' + CAST(day AS INTEGER)) - 1 AS BIGINT), unit, slot, sum(received), sum(closed), sum(direct), sum(on_time), sum(late), sum(running), sum(contact_ok), sum(contact_late), sum(contact_running), sum(solved), sum(unsolved), sum(rated), sum(score) FROM tally GROUP BY 1, 2, 3;
