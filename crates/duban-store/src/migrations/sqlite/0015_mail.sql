-- Mail to the hotline, each once by a digest of its Message-ID, with what became of it. The text is sealed.
CREATE TABLE letter (
    key BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    fate INTEGER NOT NULL,
    contact BLOB NOT NULL,
    request_id INTEGER,
    case_id INTEGER,
    notice_id INTEGER,
    words TEXT NOT NULL,
    original BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX letter_case ON letter (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX letter_contact ON letter (contact, at);

-- Every change of a text of notices: what stood there, what stands there now; nothing means the text of the city pack.
CREATE TABLE notice_text_log (
    kind INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_name TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (kind, seq)
) STRICT, WITHOUT ROWID;
