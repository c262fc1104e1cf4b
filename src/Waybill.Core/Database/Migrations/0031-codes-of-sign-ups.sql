-- What somebody with a role at the provider needs besides a mailed link to sign up: the keyed hash of a code that is told by telephone, and how often a wrong one was typed.
-- No hash: the link was handed over and never mailed. No row: the link was made before the role was given, and does not let them in.
CREATE TABLE person_sign_up_code (
    person_id INTEGER NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    code_hash BLOB,
    wrong_codes INTEGER NOT NULL DEFAULT 0
) STRICT;
