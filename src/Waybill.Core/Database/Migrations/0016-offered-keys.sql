-- Keys that clients offered for a login that has not got them, so that support staff can install the right one without a mail.
CREATE TABLE offered_key (
    login_id INTEGER NOT NULL REFERENCES login (id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL,
    type TEXT NOT NULL,
    bits INTEGER NOT NULL,
    blob BLOB NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    address TEXT NOT NULL,
    client TEXT NOT NULL,
    PRIMARY KEY (login_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX offered_key_last ON offered_key (last_at);

-- Who asks why somebody cannot connect knows a user name, an address or the reference of the banner.
CREATE INDEX audit_refused_subject ON audit (lower(subject), sequence) WHERE action = 'login-refused';
CREATE INDEX audit_refused_address ON audit (address, sequence) WHERE action = 'login-refused';
CREATE INDEX audit_refused_connection ON audit (connection) WHERE action = 'login-refused';
