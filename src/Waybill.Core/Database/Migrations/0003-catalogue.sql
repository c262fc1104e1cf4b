-- One row for each version of a file that was committed. Paths are as the provider sees them in the vault; arrived_at is the server's clock, never the client's.
CREATE TABLE file (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    expected_size INTEGER,
    arrived_at INTEGER NOT NULL,
    login TEXT,
    protocol TEXT NOT NULL,
    sha256 BLOB,
    first_fetched_at INTEGER,
    first_fetched_by TEXT,
    gone_at INTEGER,
    gone_how TEXT CHECK (gone_how IN ('removed', 'replaced', 'retention', 'archived', 'missing')),
    CHECK ((gone_at IS NULL) = (gone_how IS NULL))
) STRICT;

CREATE UNIQUE INDEX file_present ON file (account_id, path) WHERE gone_at IS NULL;
CREATE INDEX file_arrival ON file (arrived_at) WHERE gone_at IS NULL;
CREATE INDEX file_account ON file (account_id, arrived_at);
CREATE INDEX file_without_hash ON file (id) WHERE sha256 IS NULL AND gone_at IS NULL;

-- One row for each time that somebody read a file.
CREATE TABLE fetch (
    id INTEGER NOT NULL PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES file (id),
    login TEXT NOT NULL,
    protocol TEXT NOT NULL,
    address TEXT,
    fetched_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT;

CREATE INDEX fetch_file ON fetch (file_id, fetched_at);

-- What has happened and somebody is to be told of, written in the transaction in which it happened. Mails, web hooks and change feeds are made from it.
CREATE TABLE event (
    id INTEGER NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    account_id INTEGER REFERENCES account (id),
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    handled_at INTEGER
) STRICT;

CREATE INDEX event_waiting ON event (id) WHERE handled_at IS NULL;
CREATE INDEX event_account ON event (account_id, id);
