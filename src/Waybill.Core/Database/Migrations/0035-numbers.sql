-- Telephone numbers. A number is its international digits without the plus as one integer: the key is eight bytes, and all numbers with one beginning and one length lie
-- side by side. So the free ones of a pattern are found by a few steps in an index, however many numbers there are.
CREATE TABLE number_range (
    id INTEGER NOT NULL PRIMARY KEY,
    first INTEGER NOT NULL UNIQUE,
    last INTEGER NOT NULL UNIQUE,
    band TEXT,
    setup_price INTEGER,
    monthly_price INTEGER,
    description TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    free INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    active INTEGER NOT NULL,
    ported_in INTEGER NOT NULL,
    ported_out INTEGER NOT NULL,
    CHECK (first <= last)
) STRICT;

-- Numbers that were activated together.
CREATE TABLE number_block (
    id INTEGER NOT NULL PRIMARY KEY,
    first INTEGER NOT NULL,
    size INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id),
    activated_at INTEGER NOT NULL
) STRICT;

-- One row for each number, ported-in ones too (they have no range, unless they are ours and came home). What a released number had stays in its row until somebody
-- takes it: a deactivation can be undone.
CREATE TABLE phone_number (
    number INTEGER NOT NULL PRIMARY KEY,
    range_id INTEGER REFERENCES number_range (id),
    state TEXT NOT NULL CHECK (state IN ('free', 'quarantined', 'active', 'portedin', 'portedout')),
    account_id INTEGER REFERENCES account (id),
    former_account_id INTEGER REFERENCES account (id),
    block_id INTEGER REFERENCES number_block (id),
    expires_on TEXT,
    ends INTEGER NOT NULL DEFAULT 0,
    quarantined_until INTEGER,
    target1 TEXT,
    target2 TEXT,
    target3 TEXT,
    periods1 TEXT,
    periods2 TEXT,
    periods3 TEXT,
    pin TEXT,
    features TEXT,
    information TEXT,
    CHECK ((account_id IS NOT NULL) = (state IN ('active', 'portedin'))),
    CHECK ((quarantined_until IS NOT NULL) = (state = 'quarantined'))
) STRICT;

CREATE INDEX phone_number_state ON phone_number (state, number);
CREATE INDEX phone_number_quarantine ON phone_number (quarantined_until) WHERE state = 'quarantined';
CREATE INDEX phone_number_account ON phone_number (account_id, number) WHERE account_id IS NOT NULL;
CREATE INDEX phone_number_expiry ON phone_number (expires_on) WHERE expires_on IS NOT NULL;
CREATE INDEX phone_number_block ON phone_number (block_id, number) WHERE block_id IS NOT NULL;

-- What the emergency services are told of whoever has a number.
CREATE TABLE emergency_record (
    number INTEGER NOT NULL PRIMARY KEY REFERENCES phone_number (number),
    fields TEXT NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT,
    updated_at INTEGER NOT NULL,
    updated_by TEXT NOT NULL
) STRICT;

CREATE INDEX emergency_record_status ON emergency_record (status, number);

-- All that happened to numbers, in the order in which it became durable: one writer at a time gives the sequence. The history of a number, and what switches follow.
CREATE TABLE number_change (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    number INTEGER NOT NULL,
    account_id INTEGER REFERENCES account (id),
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;

CREATE INDEX number_change_number ON number_change (number, sequence);
CREATE INDEX number_change_account ON number_change (account_id, sequence) WHERE account_id IS NOT NULL;
