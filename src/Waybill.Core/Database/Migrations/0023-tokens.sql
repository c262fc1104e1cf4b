-- Bearer tokens of programs that call the REST API. Only the hash is kept.
CREATE TABLE api_token (
    id INTEGER NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    account_id INTEGER REFERENCES account (id),
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER,
    last_used_from TEXT,
    revoked_at INTEGER,
    revoked_by TEXT,
    revoked_reason TEXT
) STRICT;

CREATE INDEX api_token_account ON api_token (account_id);

-- What a POST with an Idempotency-Key was answered, so that its repetition is answered alike and does nothing.
CREATE TABLE idempotent_request (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    status INTEGER,
    content_type TEXT,
    answer BLOB,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotent_request_begun ON idempotent_request (begun_at);

-- Programs with a token, and people in the portal, decide on deliveries too.
ALTER TABLE inbound RENAME COLUMN decider_kind TO decider_kind_before;
ALTER TABLE inbound ADD COLUMN decider_kind TEXT CHECK (decider_kind IN ('operator', 'login', 'person', 'token', 'system'));
UPDATE inbound SET decider_kind = decider_kind_before WHERE decider_kind_before IS NOT NULL;
ALTER TABLE inbound DROP COLUMN decider_kind_before;
