-- Passwords of logins, for FTPS and NTSAPI and never for SSH. A hash is ours (PBKDF2), or a crypt hash of another server until its password is used for the first time.
-- Sessions hold the stamp that was true when they began.
CREATE TABLE login_password (
    login_id INTEGER NOT NULL PRIMARY KEY REFERENCES login (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    stamp TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT NOT NULL,
    is_imported INTEGER NOT NULL,
    is_weak INTEGER NOT NULL,
    first_used_at INTEGER,
    last_used_at INTEGER,
    last_used_from TEXT,
    last_used_client TEXT
) STRICT;

-- Where a login has come from with its password: a stranger who guesses from elsewhere does not use up the customer's own tries.
CREATE TABLE login_source (
    login_id INTEGER NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (login_id, source)
) STRICT, WITHOUT ROWID;

-- What holds for a login over FTP: from when on it must use TLS, whether uploads that end without a closed TLS connection count; and how it last came without TLS.
CREATE TABLE login_ftp (
    login_id INTEGER NOT NULL PRIMARY KEY REFERENCES login (id) ON DELETE CASCADE,
    tls_from INTEGER,
    accepts_unclean INTEGER NOT NULL DEFAULT 0,
    plain_times INTEGER NOT NULL DEFAULT 0,
    plain_at INTEGER,
    plain_from TEXT,
    plain_client TEXT
) STRICT;

CREATE INDEX login_ftp_plain ON login_ftp (plain_at) WHERE plain_at IS NOT NULL;

-- Tries for a login that there is are shown and taken back with it.
ALTER TABLE sign_in_try ADD COLUMN login_id INTEGER REFERENCES login (id) ON DELETE CASCADE;
ALTER TABLE sign_in_try ADD COLUMN source TEXT;
CREATE INDEX sign_in_try_login ON sign_in_try (login_id) WHERE login_id IS NOT NULL;

-- The client of an upload cut its TLS connection without saying that this was all, and that was let pass.
ALTER TABLE file ADD COLUMN is_unclean INTEGER NOT NULL DEFAULT 0;
