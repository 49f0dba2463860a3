-- The last working day whose digest somebody was owed, as days since 1970: each day once, whoever of several servers is first.
CREATE TABLE digest_day (staff_id INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
