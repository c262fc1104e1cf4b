-- What is there, by account and age: what a plan reads.
CREATE INDEX file_age ON file (account_id, arrived_at) WHERE gone_at IS NULL;

-- How long files stay. Without an account it holds for that folder of every vault (a feed); an empty folder is all of the vault.
CREATE TABLE retention_policy (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER REFERENCES account (id),
    folder TEXT NOT NULL,
    months INTEGER NOT NULL CHECK (months BETWEEN 1 AND 1200),
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX retention_policy_scope ON retention_policy (coalesce(account_id, 0), folder);

-- Legal holds; an empty path is all of the account.
CREATE TABLE hold (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    path TEXT NOT NULL,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at INTEGER NOT NULL,
    UNIQUE (account_id, path)
) STRICT;

-- Files that a plan has marked: with which policy, and for which run.
CREATE TABLE retention_mark (
    file_id INTEGER NOT NULL PRIMARY KEY REFERENCES file (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    months INTEGER NOT NULL,
    marked_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL
) STRICT;

CREATE INDEX retention_mark_account ON retention_mark (account_id, due_at);

-- Accounts that were told what a run will take.
CREATE TABLE retention_notice (
    account_id INTEGER NOT NULL REFERENCES account (id),
    due_at INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, due_at)
) STRICT;

-- One row for each plan and run.
CREATE TABLE retention_pass (
    id INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('plan', 'run')),
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    files INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    missing INTEGER NOT NULL DEFAULT 0,
    refusal TEXT
) STRICT;

-- Files on their way out: claimed while taken_at is null, then out of the vault, until they are gone for good and the row with them.
CREATE TABLE retention_removal (
    file_id INTEGER NOT NULL PRIMARY KEY REFERENCES file (id),
    account_id INTEGER NOT NULL REFERENCES account (id),
    path TEXT NOT NULL,
    archive INTEGER NOT NULL CHECK (archive IN (0, 1)),
    taken_at INTEGER
) STRICT;

-- When the clock was last found right, and what there was by then.
CREATE TABLE retention_clock (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    trusted_at INTEGER NOT NULL,
    newest_file INTEGER NOT NULL,
    newest_audit INTEGER NOT NULL
) STRICT;

-- The last time of each job of the schedule, so that one that fell into a downtime is made up for.
CREATE TABLE schedule_state (
    job TEXT NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL,
    began_at INTEGER,
    ended_at INTEGER,
    problem TEXT
) STRICT;
