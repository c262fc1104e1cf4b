-- Who decided on a delivered file: whoever finishes the move after a crash, or was faster, records it as theirs.
ALTER TABLE inbound ADD COLUMN decider_kind TEXT CHECK (decider_kind IN ('operator', 'login', 'system'));
ALTER TABLE inbound ADD COLUMN decider_name TEXT;
ALTER TABLE inbound ADD COLUMN decider_address TEXT;
ALTER TABLE inbound ADD COLUMN decider_connection TEXT;

-- Since when the file lies there that the row means, where that is not its arrival: a file that is cut by its path is another one. What lies there now is taken
-- for what its row says.
ALTER TABLE file ADD COLUMN placed_at INTEGER;
UPDATE file SET placed_at = unixepoch() * 1000 WHERE gone_at IS NULL;
