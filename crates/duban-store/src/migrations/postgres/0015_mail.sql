-- Mail to the hotline, each once by a digest of its Message-ID, with what became of it. The text is sealed.
CREATE TABLE letter (
    key BYTEA PRIMARY KEY,
    at BIGINT NOT NULL,
    fate BIGINT NOT NULL,
    contact BYTEA NOT NULL,
    request_id BIGINT,
    case_id BIGINT,
    notice_id BIGINT,
    words TEXT NOT NULL,
    original BYTEA NOT NULL
);
CREATE INDEX letter_case ON letter (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX letter_contact ON letter (contact, at);

-- Every change of a text of notices: what stood there, what stands there now; nothing means the text of the city pack.
CREATE TABLE notice_text_log (
    kind BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (kind, seq)
);
