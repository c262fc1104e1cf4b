-- What an account's people see of each other: who was invited is called as the one who invited wrote, until they come to the account's pages; and when they were there last.
ALTER TABLE person_role ADD COLUMN known_as TEXT;
ALTER TABLE person_role ADD COLUMN seen_at INTEGER;

-- Who has no other role was at this account whenever they signed in.
UPDATE person_role SET seen_at = (SELECT p.last_sign_in_at FROM person p WHERE p.id = person_role.person_id)
WHERE account_id IS NOT NULL AND (SELECT count(*) FROM person_role r WHERE r.person_id = person_role.person_id) = 1;
