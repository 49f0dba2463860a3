-- Lists that left the house as files: who took which, and how many rows. Never changed, never removed.
CREATE TABLE export_log (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    staff_id INTEGER NOT NULL,
    staff_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    format TEXT NOT NULL,
    filter TEXT NOT NULL,
    row_count INTEGER NOT NULL
) STRICT;
CREATE INDEX export_log_staff ON export_log (staff_id, id);

CREATE TRIGGER export_log_no_update BEFORE UPDATE ON export_log
BEGIN SELECT RAISE(ABORT, 'what was exported is never rewritten'); END;
CREATE TRIGGER export_log_no_delete BEFORE DELETE ON export_log
BEGIN SELECT RAISE(ABORT, 'what was exported is never removed'); END;
