-- Challenges of passkeys that were answered, by their hash and until their time is over: each answer counts once, whichever process it reaches.
CREATE TABLE passkey_challenge (
    hash BLOB NOT NULL PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_challenge_until ON passkey_challenge (until);
