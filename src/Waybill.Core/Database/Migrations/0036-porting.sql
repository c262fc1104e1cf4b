-- Orders of porting. Days are text as 2027-01-31, by the provider's calendar; due_at is when the provider must have done what is next, and is there while it is its turn.
CREATE TABLE porting_order (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    state TEXT NOT NULL CHECK (state IN ('draft', 'submitted', 'validating', 'rejected', 'accepted', 'scheduled', 'completed', 'cancelled')),
    main INTEGER,
    main_ports INTEGER NOT NULL,
    address TEXT,
    postcode TEXT,
    losing_provider TEXT,
    losing_account TEXT,
    line TEXT,
    range_holder INTEGER,
    signatory TEXT,
    wanted TEXT,
    submitted_at INTEGER,
    due_at INTEGER,
    earliest TEXT,
    agreed TEXT,
    code TEXT,
    why TEXT,
    ported_on TEXT,
    keep_letters_until TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK ((due_at IS NOT NULL) = (state IN ('submitted', 'validating', 'accepted', 'scheduled')))
) STRICT;

CREATE INDEX porting_order_account ON porting_order (account_id, id);
CREATE INDEX porting_order_due ON porting_order (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX porting_order_keep ON porting_order (keep_letters_until) WHERE keep_letters_until IS NOT NULL;

-- The numbers of an order: single ones are spans of themselves.
CREATE TABLE porting_span (
    order_id INTEGER NOT NULL REFERENCES porting_order (id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (order_id, first),
    CHECK (first <= last)
) STRICT, WITHOUT ROWID;

CREATE INDEX porting_span_first ON porting_span (first, last);

-- Each step of an order: who, when, why.
CREATE TABLE porting_change (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES porting_order (id),
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    code TEXT,
    why TEXT
) STRICT;

CREATE INDEX porting_change_order ON porting_change (order_id, id);

-- Letters of authority. They lie in the database, so that they come and go with their order, are in every backup, and are no files that anything could open.
CREATE TABLE porting_letter (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER NOT NULL REFERENCES porting_order (id),
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;

CREATE INDEX porting_letter_order ON porting_letter (order_id, id);

-- Days that are otherwise than the calendar's rules have it; an empty nation is everywhere.
CREATE TABLE porting_day (
    day TEXT NOT NULL,
    nation TEXT NOT NULL CHECK (nation IN ('', 'england', 'scotland', 'northernireland')),
    is_holiday INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (day, nation)
) STRICT, WITHOUT ROWID;
