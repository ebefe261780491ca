-- What was done at this desk: nobody else has it until the server has answered.
CREATE TABLE change (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    deed TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX change_waiting ON change (n) WHERE answered = 0;
CREATE INDEX change_answered ON change (at_ms) WHERE answered = 1;
