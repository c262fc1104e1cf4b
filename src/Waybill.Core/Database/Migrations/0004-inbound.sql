-- What customers and vendors delivered, on its way to the back office. A row for each version of a file that such a login committed; sequence is given when it is
-- offered, so that nothing is ever offered behind a cursor that has passed it. target is where the file is being moved: null but between intent and done.
CREATE TABLE inbound (
    file_id INTEGER NOT NULL PRIMARY KEY REFERENCES file (id) ON DELETE CASCADE,
    sequence INTEGER UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('arriving', 'partial', 'waiting', 'claimed', 'processed', 'rejected', 'withdrawn')),
    connection TEXT,
    touched_at INTEGER NOT NULL,
    identity INTEGER,
    claimant TEXT,
    claimed_until INTEGER,
    target TEXT,
    target_state TEXT CHECK (target_state IN ('processed', 'rejected')),
    report TEXT,
    decided_at INTEGER,
    decided_by TEXT,
    CHECK ((target IS NULL) = (target_state IS NULL))
) STRICT;

CREATE INDEX inbound_arriving ON inbound (file_id) WHERE state = 'arriving';
CREATE INDEX inbound_waiting ON inbound (sequence) WHERE state = 'waiting';
CREATE INDEX inbound_claimed ON inbound (claimed_until) WHERE state = 'claimed';
CREATE INDEX inbound_moving ON inbound (file_id) WHERE target IS NOT NULL;

INSERT INTO revision (topic, value) VALUES ('inbound', 0);

-- Whoever makes a file go, it is offered to nobody any more.
CREATE TRIGGER inbound_withdrawn AFTER UPDATE OF gone_at ON file WHEN OLD.gone_at IS NULL AND NEW.gone_at IS NOT NULL
BEGIN
    UPDATE inbound SET state = 'withdrawn' WHERE file_id = NEW.id AND state IN ('arriving', 'partial', 'waiting', 'claimed');
END;

-- What is checked of a file when it has arrived: the rules of the folder nearest to it, the first whose pattern its name has.
CREATE TABLE arrival_rule (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    folder TEXT NOT NULL,
    pattern TEXT NOT NULL,
    smallest INTEGER,
    largest INTEGER,
    header TEXT,
    columns INTEGER,
    UNIQUE (account_id, folder, pattern)
) STRICT;

-- Where a customer may delete or move away what it fetched, beside what the layout says; login_id is null for all customer logins of the account.
CREATE TABLE collect_right (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES account (id),
    login_id INTEGER REFERENCES login (id) ON DELETE CASCADE,
    folder TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX collect_right_once ON collect_right (account_id, coalesce(login_id, 0), folder);
