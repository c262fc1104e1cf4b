-- The number of a removed login is given to no other: a cut-off upload that waits for it would be another's to go on with.
INSERT INTO revision (topic, value) SELECT 'login-removed', COALESCE(MAX(id), 0) FROM login;

CREATE TRIGGER login_number_stays_its_own AFTER DELETE ON login
BEGIN
    UPDATE revision SET value = MAX(value, OLD.id) WHERE topic = 'login-removed';
END;
