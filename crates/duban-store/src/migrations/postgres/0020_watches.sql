-- When a case became public: what is new to everybody is not what was opened last.
ALTER TABLE public_case ADD COLUMN published_at BIGINT NOT NULL DEFAULT 0;
UPDATE public_case SET published_at = opened_at;
CREATE INDEX public_case_published ON public_case (published_at);

-- Who wants to be mailed about what becomes public where. Address and area are sealed: the area may be where somebody lives.
CREATE TABLE watch (
    id BIGINT PRIMARY KEY,
    contact BYTEA NOT NULL,
    address BYTEA NOT NULL,
    lang BIGINT NOT NULL,
    area BYTEA NOT NULL,
    pace BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    seen_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL
);
CREATE INDEX watch_contact ON watch (contact, id);
CREATE INDEX watch_due ON watch (next_at, seen_at) WHERE confirmed_at IS NOT NULL;
CREATE INDEX watch_unconfirmed ON watch (created_at) WHERE confirmed_at IS NULL;
-- Requests for a confirmation whose address is still there: it is erased after some days.
CREATE INDEX notice_asked ON notice (created_at) WHERE kind = 8 AND length(contact) > 0;

-- The ledger is read by when a notice was owed: ids of a past that is told, or of another server, say little of that.
DROP INDEX notice_state;
DROP INDEX notice_unit;
CREATE INDEX notice_state ON notice (state, created_at, id);
CREATE INDEX notice_unit ON notice (unit, created_at, id) WHERE unit IS NOT NULL;
CREATE INDEX notice_at ON notice (created_at, id);
