-- What an account may do with numbers, and how many it holds of the provider's stock: those that are active, and those that it gave back while their quarantine lasts. Triggers
-- keep the count, so that it is right whoever writes and costs nothing to read. An account without a row holds none, and what is null is as the configuration says.
CREATE TABLE number_account (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES account (id),
    numbers INTEGER NOT NULL DEFAULT 0,
    maximum INTEGER CHECK (maximum >= 0),
    pstn_targets INTEGER CHECK (pstn_targets IN (0, 1))
) STRICT;

CREATE TRIGGER number_account_added AFTER INSERT ON phone_number WHEN NEW.state IN ('active', 'quarantined')
BEGIN
    INSERT INTO number_account (account_id, numbers)
    SELECT holder, 1 FROM (SELECT CASE NEW.state WHEN 'active' THEN NEW.account_id ELSE NEW.former_account_id END AS holder) WHERE holder IS NOT NULL
    ON CONFLICT (account_id) DO UPDATE SET numbers = numbers + 1;
END;

CREATE TRIGGER number_account_changed AFTER UPDATE OF state, account_id, former_account_id ON phone_number
WHEN (CASE OLD.state WHEN 'active' THEN OLD.account_id WHEN 'quarantined' THEN OLD.former_account_id END)
    IS NOT (CASE NEW.state WHEN 'active' THEN NEW.account_id WHEN 'quarantined' THEN NEW.former_account_id END)
BEGIN
    UPDATE number_account SET numbers = numbers - 1
    WHERE account_id = (CASE OLD.state WHEN 'active' THEN OLD.account_id WHEN 'quarantined' THEN OLD.former_account_id END);
    INSERT INTO number_account (account_id, numbers)
    SELECT holder, 1 FROM (SELECT CASE NEW.state WHEN 'active' THEN NEW.account_id WHEN 'quarantined' THEN NEW.former_account_id END AS holder) WHERE holder IS NOT NULL
    ON CONFLICT (account_id) DO UPDATE SET numbers = numbers + 1;
END;

CREATE TRIGGER number_account_deleted AFTER DELETE ON phone_number WHEN OLD.state IN ('active', 'quarantined')
BEGIN
    UPDATE number_account SET numbers = numbers - 1 WHERE account_id = (CASE OLD.state WHEN 'active' THEN OLD.account_id ELSE OLD.former_account_id END);
END;

INSERT INTO number_account (account_id, numbers)
SELECT holder, count(*) FROM (
    SELECT CASE state WHEN 'active' THEN account_id ELSE former_account_id END AS holder FROM phone_number WHERE state IN ('active', 'quarantined')
) WHERE holder IS NOT NULL GROUP BY holder;

-- Of an account with very many numbers those of one state: the few that were ported in among all that are active.
CREATE INDEX phone_number_account_state ON phone_number (account_id, state, number) WHERE account_id IS NOT NULL;
