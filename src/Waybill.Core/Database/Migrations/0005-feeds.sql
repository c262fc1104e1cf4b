-- What an account wants to get, as on the provider's form. An account without a row gets everything.
CREATE TABLE subscription (
    account_id INTEGER NOT NULL REFERENCES account (id),
    feed TEXT NOT NULL,
    file_type TEXT NOT NULL,
    PRIMARY KEY (account_id, feed, file_type)
) STRICT, WITHOUT ROWID;

-- One row for each set of files that the provider published, began to publish, holds back or took back. While a process works on it, owner names that process's
-- lease; whoever finds a row with a lease that nobody holds finishes the work or undoes it.
CREATE TABLE publication (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    feed TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staging', 'committing', 'published', 'held', 'failed', 'discarded', 'recalling', 'recalled')),
    replaces INTEGER NOT NULL CHECK (replaces IN (0, 1)),
    reason TEXT,
    publisher TEXT NOT NULL,
    by_account_id INTEGER REFERENCES account (id),
    owner TEXT,
    begun_at INTEGER NOT NULL,
    settled_at INTEGER,
    CHECK ((owner IS NULL) = (state NOT IN ('staging', 'committing', 'recalling')))
) STRICT;

CREATE INDEX publication_unsettled ON publication (owner, id) WHERE owner IS NOT NULL;
CREATE INDEX publication_set_aside ON publication (id) WHERE state IN ('held', 'recalled');
CREATE INDEX publication_account ON publication (account_id, id);

-- Its files. The token is the hidden name under which the content lies beside its place while it is not shown.
CREATE TABLE publication_file (
    publication_id INTEGER NOT NULL REFERENCES publication (id),
    position INTEGER NOT NULL,
    path TEXT NOT NULL,
    token TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB,
    heartbeat INTEGER NOT NULL CHECK (heartbeat IN (0, 1)),
    held TEXT CHECK (held IN ('present', 'fetched', 'content', 'taken')),
    file_id INTEGER REFERENCES file (id),
    replaced_id INTEGER REFERENCES file (id),
    PRIMARY KEY (publication_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX publication_file_file ON publication_file (file_id) WHERE file_id IS NOT NULL;

ALTER TABLE file ADD COLUMN feed TEXT;
ALTER TABLE file ADD COLUMN publication_id INTEGER REFERENCES publication (id);

CREATE INDEX file_publication ON file (publication_id) WHERE publication_id IS NOT NULL;

-- The same content under another name, and a name that was there before and fetched: asked for each file that is published.
CREATE INDEX file_content ON file (account_id, sha256) WHERE feed IS NOT NULL AND sha256 IS NOT NULL;
CREATE INDEX file_once_fetched ON file (account_id, path) WHERE gone_at IS NOT NULL AND first_fetched_at IS NOT NULL;
