-- Keys that work on several logins, and on how many logins a refused key works, counted as keys come and go: to group all keys of 100,000 accounts took half a second for each
-- look, and so did 100,000 refused keys, which anybody can send.
CREATE TABLE shared_key (
    sha256 TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    logins INTEGER NOT NULL CHECK (logins > 1)
) STRICT, WITHOUT ROWID;

CREATE INDEX shared_key_logins ON shared_key (logins DESC, sha256);

INSERT INTO shared_key (sha256, type, logins)
SELECT sha256, min(type), count(*) FROM login_key WHERE revoked_at IS NULL GROUP BY sha256 HAVING count(*) > 1;

ALTER TABLE burnt_key ADD COLUMN logins INTEGER NOT NULL DEFAULT 0;

UPDATE burnt_key SET logins = (SELECT count(*) FROM login_key k WHERE k.sha256 = burnt_key.sha256 AND k.revoked_at IS NULL);

CREATE INDEX burnt_key_in_use ON burnt_key (lifted_at) WHERE lifted_at IS NULL AND logins > 0;

CREATE TRIGGER burnt_key_added AFTER INSERT ON burnt_key
BEGIN
    UPDATE burnt_key SET logins = (SELECT count(*) FROM login_key k WHERE k.sha256 = NEW.sha256 AND k.revoked_at IS NULL) WHERE sha256 = NEW.sha256;
END;

CREATE TRIGGER login_key_works AFTER INSERT ON login_key WHEN NEW.revoked_at IS NULL
BEGIN
    INSERT INTO shared_key (sha256, type, logins)
    SELECT sha256, type, 2 FROM login_key WHERE sha256 = NEW.sha256 AND id <> NEW.id AND revoked_at IS NULL LIMIT 1
    ON CONFLICT (sha256) DO UPDATE SET logins = logins + 1;
    UPDATE burnt_key SET logins = logins + 1 WHERE sha256 = NEW.sha256;
END;

CREATE TRIGGER login_key_works_no_more AFTER UPDATE OF revoked_at ON login_key WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL
BEGIN
    DELETE FROM shared_key WHERE sha256 = OLD.sha256 AND logins = 2;
    UPDATE shared_key SET logins = logins - 1 WHERE sha256 = OLD.sha256;
    UPDATE burnt_key SET logins = logins - 1 WHERE sha256 = OLD.sha256;
END;

CREATE TRIGGER login_key_removed AFTER DELETE ON login_key WHEN OLD.revoked_at IS NULL
BEGIN
    DELETE FROM shared_key WHERE sha256 = OLD.sha256 AND logins = 2;
    UPDATE shared_key SET logins = logins - 1 WHERE sha256 = OLD.sha256;
    UPDATE burnt_key SET logins = logins - 1 WHERE sha256 = OLD.sha256;
END;
