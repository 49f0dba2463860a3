-- Filters that somebody keeps; with a unit, all of that unit have them.
CREATE TABLE saved_view (
    id INTEGER PRIMARY KEY,
    staff_id INTEGER NOT NULL,
    unit TEXT,
    name TEXT NOT NULL,
    query TEXT NOT NULL
) STRICT;
CREATE INDEX saved_view_staff ON saved_view (staff_id, id);
CREATE INDEX saved_view_unit ON saved_view (unit, id) WHERE unit IS NOT NULL;
