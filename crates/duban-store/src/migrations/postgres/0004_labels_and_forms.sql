-- The city's own label is a filter of the worklist.
CREATE INDEX case_row_label ON case_row (label, id) WHERE label IS NOT NULL;

-- Forms that were taken in: the same one sent twice counts once. A key is a digest of what was sent
-- and of the nonce that its page carried; a row is forgotten after some days.
CREATE TABLE form_done (key BYTEA PRIMARY KEY, at BIGINT NOT NULL);
CREATE INDEX form_done_at ON form_done (at);
