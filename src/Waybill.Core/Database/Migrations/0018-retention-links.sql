-- The files that an account was told of before a run, in the order in which they are shown: those that nobody had fetched by then come first.
CREATE TABLE retention_noticed (
    due_at INTEGER NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id),
    position INTEGER NOT NULL,
    file_id INTEGER NOT NULL REFERENCES file (id),
    PRIMARY KEY (due_at, account_id, position)
) STRICT, WITHOUT ROWID;

-- Whether the text of a mail holds a secret link: it is forgotten once it is sent.
ALTER TABLE delivery ADD COLUMN holds_secret INTEGER NOT NULL DEFAULT 0;
