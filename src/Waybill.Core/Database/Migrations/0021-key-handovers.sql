-- Key pairs that the provider made and hands over. Rows outlive the handover for a while, their secrets do not.
CREATE TABLE key_handover (
    id INTEGER NOT NULL PRIMARY KEY,
    login_id INTEGER NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_how TEXT CHECK (ended_how IN ('complete', 'cancelled', 'expired')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
) STRICT;

CREATE INDEX key_handover_login ON key_handover (login_id);

-- The file and the passphrase, each sealed with a key of its own that is not in the database. No recipient: staff read it out. The hash of the code is keyed too.
CREATE TABLE key_handover_part (
    handover_id INTEGER NOT NULL REFERENCES key_handover (id) ON DELETE CASCADE,
    part TEXT NOT NULL CHECK (part IN ('file', 'passphrase')),
    recipient TEXT,
    sealed BLOB,
    code_hash BLOB,
    wrong_codes INTEGER NOT NULL,
    taken_at INTEGER,
    attempt_hash BLOB UNIQUE,
    PRIMARY KEY (handover_id, part),
    CHECK ((recipient IS NULL) = (code_hash IS NULL))
) STRICT;

-- Reminders of keys that expire: each once, whatever is restarted.
CREATE TABLE key_reminder (
    key_id INTEGER NOT NULL REFERENCES login_key (id) ON DELETE CASCADE,
    days INTEGER NOT NULL,
    reminded_at INTEGER NOT NULL,
    PRIMARY KEY (key_id, days)
) STRICT, WITHOUT ROWID;

CREATE INDEX login_key_expiry ON login_key (expires_at) WHERE expires_at IS NOT NULL AND revoked_at IS NULL;
