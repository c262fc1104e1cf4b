-- Links that let in whoever holds them. The token itself is nowhere: a copy of the database opens nothing.
CREATE TABLE secret_link (
    hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX secret_link_subject ON secret_link (purpose, subject, created_at);
CREATE INDEX secret_link_expiry ON secret_link (expires_at);
