-- People who use the portal and get the mails. E-mail addresses are ASCII and compare without case.
CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    phone TEXT,
    language TEXT NOT NULL,
    time_zone TEXT,
    status TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    status_reason TEXT,
    created_at INTEGER NOT NULL,
    deactivated_at INTEGER,
    last_sign_in_at INTEGER
) STRICT;

-- The words of name and e-mail address in lower case, for the search: each of its words is the beginning of one of these.
CREATE TABLE person_word (
    word TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (word, person_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_word_person ON person_word (person_id);

-- At the provider (no account) or at an account; a vendor contact's is for one vendor of it.
CREATE TABLE person_role (
    id INTEGER NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('support', 'billing', 'administrator', 'auditor', 'owner', 'member', 'vendor')),
    account_id INTEGER REFERENCES account (id),
    vendor TEXT,
    vendor_key TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    granted_by TEXT NOT NULL,
    CHECK ((role IN ('owner', 'member', 'vendor')) = (account_id IS NOT NULL)),
    CHECK ((role = 'vendor') = (vendor IS NOT NULL))
) STRICT;

CREATE INDEX person_role_person ON person_role (person_id);
CREATE INDEX person_role_account ON person_role (account_id, person_id) WHERE account_id IS NOT NULL;
CREATE INDEX person_role_provider ON person_role (role, person_id) WHERE account_id IS NULL;
CREATE UNIQUE INDEX person_role_at_provider ON person_role (person_id, role) WHERE account_id IS NULL;
CREATE UNIQUE INDEX person_role_at_account ON person_role (person_id, account_id) WHERE role IN ('owner', 'member');
CREATE UNIQUE INDEX person_role_at_vendor ON person_role (person_id, account_id, vendor_key) WHERE role = 'vendor';

-- How a person signs in; never for SFTP. TOTP secrets are sealed with the key in secrets/people.key. Sessions hold the stamp that was true when they began.
CREATE TABLE person_credential (
    person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    stamp TEXT NOT NULL,
    password TEXT,
    password_set_at INTEGER,
    totp BLOB,
    totp_set_at INTEGER,
    totp_step INTEGER NOT NULL,
    totp_next BLOB,
    totp_next_at INTEGER,
    CHECK ((password IS NULL) = (totp IS NULL))
) STRICT;

CREATE TABLE person_recovery_code (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    used_at INTEGER,
    PRIMARY KEY (person_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_passkey (
    credential_id BLOB NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    public_key BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    sign_count INTEGER NOT NULL,
    transports TEXT NOT NULL,
    is_user_verified INTEGER NOT NULL,
    is_backup_eligible INTEGER NOT NULL,
    is_backed_up INTEGER NOT NULL,
    attestation_object BLOB NOT NULL,
    client_data_json BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX person_passkey_person ON person_passkey (person_id);

-- Where a person has signed in from: a stranger who knows the password does not use up the person's own tries at the second factor.
CREATE TABLE person_source (
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, source)
) STRICT, WITHOUT ROWID;

-- Tries that failed, or have not ended. The key is a hash: people type passwords where e-mail addresses belong.
CREATE TABLE sign_in_try (
    bucket BLOB NOT NULL PRIMARY KEY CHECK (length(bucket) = 32),
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    forget_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_in_try_forget ON sign_in_try (forget_at);

-- What a session is known by is nowhere: a copy of the database opens none.
CREATE TABLE portal_session (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    stage TEXT NOT NULL CHECK (stage IN ('password', 'full')),
    stamp TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    ends_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    agent TEXT NOT NULL,
    view_id INTEGER REFERENCES portal_view (id)
) STRICT;

CREATE INDEX portal_session_person ON portal_session (person_id, last_used_at);
CREATE INDEX portal_session_last_used ON portal_session (last_used_at);

-- Who at the provider has looked at an account as its customer sees it, and why: the customer reads it.
CREATE TABLE portal_view (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    viewer TEXT NOT NULL,
    reason TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

CREATE INDEX portal_view_account ON portal_view (account_id, id);

-- Whether an account's people may use its files in the portal; NULL is as the provider has it.
ALTER TABLE account ADD COLUMN portal_files TEXT CHECK (portal_files IN ('off', 'read', 'read-write'));
