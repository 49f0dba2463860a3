-- Who does a case in person, and what it waits for besides its stage.
ALTER TABLE case_row ADD COLUMN handler INTEGER;
ALTER TABLE case_row ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
CREATE INDEX case_row_handler ON case_row (handler, id) WHERE handler IS NOT NULL;
CREATE INDEX case_row_waits ON case_row (waits, id) WHERE waits <> 0;
