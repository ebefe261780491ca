-- What the server told, as far as it was taken in: all of it can be fetched again.

-- Single values: the cursor, the epoch, the policy, the scopes.
CREATE TABLE fact (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE cell (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    facet TEXT NOT NULL,
    value TEXT,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (scope, kind, facet)
) WITHOUT ROWID;

-- A row of the bell: notices of one conversation stand in one.
CREATE TABLE bell_row (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
);

-- A notice without its text, so that a million of them are read through quickly.
CREATE TABLE item (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    seq INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    row INTEGER NOT NULL REFERENCES bell_row (id),
    kind TEXT NOT NULL,
    kind_group TEXT NOT NULL,
    bell INTEGER NOT NULL,
    mention INTEGER NOT NULL,
    -- 0 unread, 1 read, 2 snoozed, 3 removed
    mark INTEGER NOT NULL,
    until_ms INTEGER,
    marked_at_ms INTEGER NOT NULL,
    -- What a search looks through, in lower case.
    words TEXT NOT NULL
);

-- The tabs of the bell, newest first.
CREATE INDEX item_all ON item (time_ms, id) WHERE mark <> 3;
CREATE INDEX item_unread ON item (time_ms, id) WHERE bell = 1 AND mark IN (0, 2);
CREATE INDEX item_mention ON item (time_ms, id) WHERE mention = 1 AND mark <> 3;
-- What else stands in a row.
CREATE INDEX item_row ON item (row, time_ms, id);
-- What was marked of late, and what retention may take.
CREATE INDEX item_marked ON item (marked_at_ms) WHERE mark IN (1, 3);
CREATE INDEX item_open ON item (mark) WHERE mark IN (0, 2);

CREATE TABLE notice (
    item INTEGER PRIMARY KEY REFERENCES item (n) ON DELETE CASCADE,
    json TEXT NOT NULL
);

-- Toasts that are about to be shown. What still stands here at the start joins the summary.
CREATE TABLE toasting (
    id BLOB PRIMARY KEY NOT NULL
) WITHOUT ROWID;
