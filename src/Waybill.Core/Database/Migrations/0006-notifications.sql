-- Web hooks. The secret signs what they are sent; topics are words separated by commas, or *.
CREATE TABLE hook (
    id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL,
    secret BLOB NOT NULL,
    topics TEXT NOT NULL,
    account_id INTEGER REFERENCES account (id),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    failures INTEGER NOT NULL,
    retry_at INTEGER
) STRICT;

-- What is to be told to one recipient: a mail, or a call of a web hook. Content and message_id are fixed when the row is made, in the transaction that marks its
-- event as handled. waiting -> sending (durable before the first byte leaves) -> sent; a row that a crash left in sending is sent again, with the same message_id.
CREATE TABLE delivery (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('mail', 'hook')),
    topic TEXT NOT NULL,
    event_id INTEGER REFERENCES event (id),
    account_id INTEGER REFERENCES account (id),
    hook_id INTEGER REFERENCES hook (id) ON DELETE SET NULL,
    target TEXT NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'dead')),
    attempts INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    tried_since INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    sent_at INTEGER,
    error TEXT
) STRICT;

CREATE INDEX delivery_mail ON delivery (due_at, id) WHERE kind = 'mail' AND state = 'waiting';
CREATE INDEX delivery_hook ON delivery (hook_id, state, due_at);
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_sent ON delivery (sent_at) WHERE state = 'sent';

-- Events that wait for a digest: one mail for each recipient and time zone.
CREATE TABLE digest_item (
    id INTEGER NOT NULL PRIMARY KEY,
    recipient TEXT NOT NULL,
    zone TEXT NOT NULL,
    event_id INTEGER NOT NULL REFERENCES event (id),
    due_at INTEGER NOT NULL
) STRICT;

CREATE INDEX digest_item_due ON digest_item (due_at);
CREATE INDEX digest_item_recipient ON digest_item (recipient, zone, id);

-- What an account is to be sent, and until when. Minutes of the day and days of the week (bit 0 is Monday) in the account's time zone.
CREATE TABLE expectation (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    feed TEXT NOT NULL,
    folder TEXT NOT NULL,
    pattern TEXT NOT NULL,
    by_minute INTEGER CHECK (by_minute BETWEEN 0 AND 1439),
    days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),
    unfetched_days INTEGER CHECK (unfetched_days BETWEEN 1 AND 365),
    created_at INTEGER NOT NULL,
    next_due_at INTEGER,
    looked_until INTEGER NOT NULL,
    UNIQUE (account_id, folder, pattern)
) STRICT;

CREATE INDEX expectation_due ON expectation (next_due_at) WHERE next_due_at IS NOT NULL;

-- Due times at which no file was there: raised once, by the primary key. Late files are waited for until late_until.
CREATE TABLE missed (
    expectation_id INTEGER NOT NULL REFERENCES expectation (id) ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    late_until INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'late', 'closed')),
    PRIMARY KEY (expectation_id, due_at)
) STRICT;

CREATE INDEX missed_open ON missed (late_until) WHERE state = 'open';
