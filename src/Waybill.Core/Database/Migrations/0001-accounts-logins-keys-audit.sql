-- Times are milliseconds since 1970-01-01 UTC. Names compare without case: the *_key columns hold them in lower case.

CREATE TABLE revision (
    topic TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;

INSERT INTO revision (topic, value) VALUES ('logins', 1);

CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    number_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    email TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    status_reason TEXT,
    parent_id INTEGER REFERENCES account (id),
    language TEXT NOT NULL,
    time_zone TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX account_parent ON account (parent_id);

CREATE TABLE login (
    id INTEGER NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    user_key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'vendor', 'publisher', 'collector')),
    account_id INTEGER REFERENCES account (id),
    vendor TEXT,
    start_directory TEXT,
    allow_from TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    status_reason TEXT,
    created_at INTEGER NOT NULL,
    last_login_at INTEGER,
    CHECK ((kind IN ('customer', 'vendor')) = (account_id IS NOT NULL)),
    CHECK ((kind = 'vendor') = (vendor IS NOT NULL))
) STRICT;

CREATE INDEX login_account ON login (account_id);

CREATE TABLE login_key (
    id INTEGER NOT NULL PRIMARY KEY,
    login_id INTEGER NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    blob BLOB NOT NULL,
    bits INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    md5 TEXT NOT NULL,
    label TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    last_used_from TEXT,
    last_used_client TEXT,
    revoked_at INTEGER,
    revoked_by TEXT,
    revoked_reason TEXT,
    UNIQUE (login_id, sha256)
) STRICT;

CREATE INDEX login_key_sha256 ON login_key (sha256);

-- Public fingerprints of private keys that reached us: whoever carried them may have a copy.
CREATE TABLE burnt_key (
    sha256 TEXT NOT NULL PRIMARY KEY,
    how TEXT NOT NULL,
    burnt_at INTEGER NOT NULL,
    burnt_by TEXT NOT NULL
) STRICT;

-- Append-only. hash = HMAC-SHA256 over this row and the hash of the row before it.
CREATE TABLE audit (
    sequence INTEGER NOT NULL PRIMARY KEY,
    time INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    account TEXT,
    subject TEXT,
    address TEXT,
    connection TEXT,
    outcome TEXT NOT NULL,
    detail TEXT,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE INDEX audit_time ON audit (time);
CREATE INDEX audit_account ON audit (lower(account), sequence);
CREATE INDEX audit_actor ON audit (lower(actor), sequence);

CREATE TRIGGER audit_is_append_only_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;

CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END;
