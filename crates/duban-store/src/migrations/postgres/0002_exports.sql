-- Lists that left the house as files: who took which, and how many rows. Never changed, never removed.
CREATE TABLE export_log (
    id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    staff_id BIGINT NOT NULL,
    staff_name TEXT NOT NULL,
    unit TEXT NOT NULL,
    format TEXT NOT NULL,
    filter TEXT NOT NULL,
    row_count BIGINT NOT NULL
);
CREATE INDEX export_log_staff ON export_log (staff_id, id);

CREATE FUNCTION export_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'what was exported is never rewritten or removed'; END $$;
CREATE TRIGGER export_log_append_only BEFORE UPDATE OR DELETE ON export_log
FOR EACH ROW EXECUTE FUNCTION export_refuse();
