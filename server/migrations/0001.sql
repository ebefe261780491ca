-- Times are milliseconds since 1970 in UTC. Ids are the 16 bytes of a UUID.

-- The life of this database, and the admin's policy.
CREATE TABLE server (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  epoch  BLOB NOT NULL,
  policy TEXT NOT NULL
) STRICT;

CREATE TABLE sources (
  no               INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT NOT NULL UNIQUE,
  name             TEXT NOT NULL,
  -- Kept as it is: an HMAC cannot be checked against a hash.
  secret           BLOB NOT NULL,
  bearer_hash      BLOB NOT NULL,
  -- What was valid before the last rotation, and until when it still is.
  old_secret       BLOB,
  old_bearer_hash  BLOB,
  old_until        INTEGER,
  link_origins     TEXT NOT NULL,
  kinds            TEXT NOT NULL,
  negative_percent INTEGER NOT NULL
) STRICT;

CREATE TABLE agents (
  -- Never used again, so that a log never changes hands.
  no        INTEGER PRIMARY KEY AUTOINCREMENT,
  id        BLOB NOT NULL UNIQUE,
  handle    TEXT NOT NULL UNIQUE,
  name      TEXT NOT NULL,
  roles     TEXT NOT NULL,
  -- The scopes that the log last told.
  scopes    TEXT NOT NULL,
  -- The log is complete after this place.
  pruned_to INTEGER NOT NULL
) STRICT;

-- Who an agent is to a source.
CREATE TABLE people (
  source   INTEGER NOT NULL REFERENCES sources (no) ON DELETE CASCADE,
  external TEXT NOT NULL,
  agent    INTEGER NOT NULL REFERENCES agents (no) ON DELETE CASCADE,
  roles    TEXT NOT NULL,
  PRIMARY KEY (source, external)
) STRICT, WITHOUT ROWID;
CREATE INDEX people_agent ON people (agent);

-- Lines, inboxes and teams.
CREATE TABLE places (
  no       INTEGER PRIMARY KEY,
  source   INTEGER NOT NULL REFERENCES sources (no) ON DELETE CASCADE,
  kind     TEXT NOT NULL,
  external TEXT NOT NULL,
  name     TEXT,
  UNIQUE (source, kind, external)
) STRICT;

CREATE TABLE members (
  place INTEGER NOT NULL REFERENCES places (no) ON DELETE CASCADE,
  agent INTEGER NOT NULL REFERENCES agents (no) ON DELETE CASCADE,
  -- member, owner, follower, or guest: told of something there once, so that there is something to choose for.
  part  TEXT NOT NULL,
  PRIMARY KEY (place, agent, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX members_agent ON members (agent);

CREATE TABLE devices (
  no         INTEGER PRIMARY KEY AUTOINCREMENT,
  id         BLOB NOT NULL UNIQUE,
  agent      INTEGER NOT NULL REFERENCES agents (no) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  token_hash BLOB NOT NULL UNIQUE,
  paired_at  INTEGER NOT NULL,
  seen_at    INTEGER
) STRICT;
CREATE INDEX devices_agent ON devices (agent);

CREATE TABLE pairing_codes (
  hash       BLOB PRIMARY KEY,
  agent      INTEGER NOT NULL REFERENCES agents (no) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  source      INTEGER NOT NULL REFERENCES sources (no) ON DELETE CASCADE,
  external    TEXT NOT NULL,
  id          BLOB NOT NULL,
  -- SHA-256 of the event as it was read: the same id with another body is refused.
  hash        BLOB NOT NULL,
  accepted_at INTEGER NOT NULL,
  kind        TEXT NOT NULL,
  cause       TEXT,
  rating      TEXT,
  -- How many agents were told.
  agents      INTEGER NOT NULL,
  -- Unresolved recipients and warnings, where there were any.
  remarks     TEXT,
  -- The event as it was read, where nobody was told; else the logs of those who were have it.
  body        TEXT,
  PRIMARY KEY (source, external)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_accepted ON events (accepted_at);
CREATE INDEX events_cause ON events (source, cause) WHERE cause IS NOT NULL;
CREATE INDEX events_rating ON events (source, rating) WHERE rating IS NOT NULL;

-- What is known of a conversation, to fill what an event leaves out.
CREATE TABLE conversations (
  source   INTEGER NOT NULL REFERENCES sources (no) ON DELETE CASCADE,
  external TEXT NOT NULL,
  assignee TEXT,
  team     TEXT,
  inbox    TEXT,
  line     TEXT,
  told_at  INTEGER NOT NULL,
  PRIMARY KEY (source, external)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_told ON conversations (told_at);

-- The log of every agent, in the order in which everything was written: what comes in at one time lies together, so that
-- a commit touches few pages however many agents it tells. An arrival carries the state of its notice.
CREATE TABLE log (
  no        INTEGER PRIMARY KEY,
  -- No reference: it would ask for an index on every entry just for the day an agent is removed.
  agent     INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  -- The entry as the stream carries it.
  body      TEXT NOT NULL,
  -- An arrival that is unread or snoozed.
  live      INTEGER NOT NULL,
  -- From here on only of an arrival.
  event     BLOB,
  kind      TEXT,
  time      INTEGER,
  because   TEXT,
  -- Hashes of the conversation and of the row of the bell.
  conversation INTEGER,
  row       INTEGER,
  bell      INTEGER,
  mark      INTEGER,
  marked_at INTEGER,
  until     INTEGER,
  -- The entry that last marked it, so that a snapshot taken in pages misses nothing.
  marked_by INTEGER,
  -- What the server decided for its channels.
  rulings   TEXT
) STRICT;
-- One index for an agent's log and for what is live in it: each more would cost a page of its own for every arrival.
CREATE INDEX log_agent ON log (agent, live, seq, conversation);
CREATE UNIQUE INDEX log_event ON log (event, agent) WHERE event IS NOT NULL;

CREATE TABLE cells (
  agent INTEGER NOT NULL REFERENCES agents (no) ON DELETE CASCADE,
  scope TEXT NOT NULL,
  kind  TEXT NOT NULL,
  facet TEXT NOT NULL,
  value TEXT,
  at    INTEGER NOT NULL,
  PRIMARY KEY (agent, scope, kind, facet)
) STRICT, WITHOUT ROWID;

-- What a desk pushed, so that pushing it twice is harmless.
CREATE TABLE pushed (
  device  INTEGER NOT NULL REFERENCES devices (no) ON DELETE CASCADE,
  change  BLOB NOT NULL,
  at      INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (device, change)
) STRICT, WITHOUT ROWID;
CREATE INDEX pushed_at ON pushed (at);

-- Ids of signed requests, so that one that was overheard does nothing when it is sent again.
CREATE TABLE webhooks (
  source INTEGER NOT NULL REFERENCES sources (no) ON DELETE CASCADE,
  id     TEXT NOT NULL,
  hash   BLOB NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_at ON webhooks (at);

-- The outbox: what is owed on the server's channels.
CREATE TABLE deliveries (
  no          INTEGER PRIMARY KEY,
  agent       INTEGER NOT NULL,
  event       BLOB NOT NULL,
  channel     TEXT NOT NULL,
  due_at      INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  -- Held for one summary at the end of the agent's quiet hours.
  summary     INTEGER NOT NULL,
  lease_until INTEGER,
  attempts    INTEGER NOT NULL DEFAULT 0,
  -- sent, refused, gone, expired or cancelled; none while it is owed.
  outcome     TEXT,
  settled_at  INTEGER,
  UNIQUE (event, agent, channel)
) STRICT;
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE outcome IS NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE outcome IS NOT NULL;
