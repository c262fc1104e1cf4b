-- A private key file under a passphrase only states its public half: what it claims is refused, and can be lifted. A lifted row stays, so that the same claim does not come back.
ALTER TABLE burnt_key ADD COLUMN proven INTEGER NOT NULL DEFAULT 1;
ALTER TABLE burnt_key ADD COLUMN lifted_at INTEGER;
ALTER TABLE burnt_key ADD COLUMN lifted_by TEXT;
ALTER TABLE burnt_key ADD COLUMN lifted_reason TEXT;

-- Nobody compared the two halves of the files that came before.
UPDATE burnt_key SET proven = 0 WHERE how LIKE 'a private key was %';

-- The source that the form counts by: an IPv4 address, an IPv6 /64.
ALTER TABLE access_request ADD COLUMN network TEXT;
CREATE INDEX access_request_network ON access_request (network, state) WHERE network IS NOT NULL;

-- What the first of two persons decided, which the second confirms, and what kind of person it was. An approval of before knows neither: it is given again.
ALTER TABLE access_request ADD COLUMN first_kind TEXT;
ALTER TABLE access_request ADD COLUMN first_start TEXT;
ALTER TABLE access_request ADD COLUMN first_label TEXT;
ALTER TABLE access_request ADD COLUMN first_revoke INTEGER NOT NULL DEFAULT 0;

-- Account numbers as people mistype them: without separators and leading zeros. Anybody can send a request that gives an unknown one.
CREATE INDEX account_alike ON account (ltrim(replace(replace(number_key, '.', ''), '_', ''), '0'), number_key);
