-- What an account (login '') or one of its logins may store, and what it stores now: the present rows of the catalogue, summed by the triggers below, so that
-- whoever changes the catalogue, in whichever process, changes this in the same transaction. A login's files are those that it delivered.
CREATE TABLE quota (
    account_id INTEGER NOT NULL REFERENCES account (id),
    login TEXT NOT NULL COLLATE NOCASE,
    max_bytes INTEGER CHECK (max_bytes >= 0),
    max_files INTEGER CHECK (max_files >= 0),
    bytes INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    -- The percentage that was last warned of; 0 when there is nothing to warn of.
    warned INTEGER NOT NULL DEFAULT 0,
    -- Grows with each change: of two readings the later one is known.
    revision INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, login)
) STRICT, WITHOUT ROWID;

INSERT INTO quota (account_id, login, bytes, files, revision)
SELECT account_id, '', sum(size), count(*), 1 FROM file WHERE gone_at IS NULL GROUP BY account_id;

INSERT INTO quota (account_id, login, bytes, files, revision)
SELECT account_id, login, sum(size), count(*), 1 FROM file WHERE gone_at IS NULL AND login IS NOT NULL AND login <> '' GROUP BY account_id, login COLLATE NOCASE;

CREATE TRIGGER quota_file_added AFTER INSERT ON file WHEN NEW.gone_at IS NULL
BEGIN
    INSERT INTO quota (account_id, login, bytes, files, revision) VALUES (NEW.account_id, '', NEW.size, 1, 1)
    ON CONFLICT (account_id, login) DO UPDATE SET bytes = bytes + excluded.bytes, files = files + 1, revision = revision + 1;
    INSERT INTO quota (account_id, login, bytes, files, revision) SELECT NEW.account_id, NEW.login, NEW.size, 1, 1 WHERE NEW.login <> ''
    ON CONFLICT (account_id, login) DO UPDATE SET bytes = bytes + excluded.bytes, files = files + 1, revision = revision + 1;
END;

CREATE TRIGGER quota_file_changed AFTER UPDATE OF account_id, login, size, gone_at ON file
WHEN OLD.gone_at IS NULL OR NEW.gone_at IS NULL
BEGIN
    UPDATE quota SET bytes = bytes - OLD.size, files = files - 1, revision = revision + 1
    WHERE OLD.gone_at IS NULL AND account_id = OLD.account_id AND login IN ('', OLD.login);
    INSERT INTO quota (account_id, login, bytes, files, revision) SELECT NEW.account_id, '', NEW.size, 1, 1 WHERE NEW.gone_at IS NULL
    ON CONFLICT (account_id, login) DO UPDATE SET bytes = bytes + excluded.bytes, files = files + 1, revision = revision + 1;
    INSERT INTO quota (account_id, login, bytes, files, revision) SELECT NEW.account_id, NEW.login, NEW.size, 1, 1 WHERE NEW.gone_at IS NULL AND NEW.login <> ''
    ON CONFLICT (account_id, login) DO UPDATE SET bytes = bytes + excluded.bytes, files = files + 1, revision = revision + 1;
END;

CREATE TRIGGER quota_file_deleted AFTER DELETE ON file WHEN OLD.gone_at IS NULL
BEGIN
    UPDATE quota SET bytes = bytes - OLD.size, files = files - 1, revision = revision + 1 WHERE account_id = OLD.account_id AND login IN ('', OLD.login);
END;

-- A login that comes again under the same name has no limit but a new one.
CREATE TRIGGER quota_login_deleted AFTER DELETE ON login WHEN OLD.account_id IS NOT NULL
BEGIN
    UPDATE quota SET max_bytes = NULL, max_files = NULL, warned = 0, revision = revision + 1 WHERE account_id = OLD.account_id AND login = OLD.user_name;
END;
