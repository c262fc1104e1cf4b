-- What somebody sends in to get a login, or another key for one that is there. Text of the person stands as it was given; the key as one normalised OpenSSH line.
-- Nothing of a private key is ever here: of one that was sent in by mistake only the words about it (key_refusal), and its public fingerprint in burnt_key.
CREATE TABLE access_request (
    id INTEGER NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('login', 'key')),
    source TEXT NOT NULL CHECK (source IN ('form', 'mail', 'command')),
    state TEXT NOT NULL CHECK (state IN ('unconfirmed', 'open', 'asked', 'approved', 'rejected')),
    first_name TEXT,
    last_name TEXT,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    phone TEXT,
    company TEXT,
    account TEXT,
    account_key TEXT,
    user_name TEXT,
    feeds TEXT NOT NULL,
    file_types TEXT NOT NULL,
    automation INTEGER NOT NULL CHECK (automation IN (0, 1)),
    allow_from TEXT NOT NULL,
    key_line TEXT,
    key_type TEXT,
    key_bits INTEGER,
    key_sha256 TEXT,
    key_md5 TEXT,
    key_comment TEXT,
    key_refusal TEXT,
    login TEXT,
    address TEXT,
    invited_by TEXT,
    question TEXT,
    reason TEXT,
    verified TEXT,
    first_approver TEXT,
    first_approved_at INTEGER,
    decided_by TEXT,
    decided_at INTEGER,
    confirmed_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK (kind = 'login' OR login IS NOT NULL)
) STRICT;

CREATE INDEX access_request_state ON access_request (state, id);
CREATE INDEX access_request_email ON access_request (email_key, state);
CREATE INDEX access_request_account ON access_request (account_key, state);
CREATE INDEX access_request_key ON access_request (key_sha256) WHERE key_sha256 IS NOT NULL;

-- What happened to it, and its mails. The outbox forgets what was sent after a while; what it was about stays.
CREATE TABLE access_request_event (
    id INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL REFERENCES access_request (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT,
    delivery_id INTEGER REFERENCES delivery (id) ON DELETE SET NULL,
    message_id TEXT,
    target TEXT,
    bounce TEXT
) STRICT;

CREATE INDEX access_request_event_request ON access_request_event (request_id, id);
CREATE INDEX access_request_event_delivery ON access_request_event (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX access_request_event_message ON access_request_event (message_id) WHERE message_id IS NOT NULL;

-- Mails that were taken in: the same one twice is one request.
CREATE TABLE access_request_mail (
    message_id TEXT NOT NULL PRIMARY KEY,
    request_id INTEGER NOT NULL REFERENCES access_request (id) ON DELETE CASCADE
) STRICT;

CREATE INDEX access_request_mail_request ON access_request_mail (request_id);

-- What an invitation fills in; its link is a secret link.
CREATE TABLE access_invitation (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    email TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    phone TEXT,
    user_name TEXT,
    feeds TEXT NOT NULL,
    file_types TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- Tries at the public form, by source and by address, for as long as they count.
CREATE TABLE access_attempt (
    id INTEGER NOT NULL PRIMARY KEY,
    who TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX access_attempt_who ON access_attempt (who, at);
CREATE INDEX access_attempt_at ON access_attempt (at);
