-- Versions that left and of which it is not known which file they were: whoever was reading one has fetched it, and not what has its path since.
CREATE INDEX file_unknown ON file (account_id, path) WHERE inode IS NULL AND gone_at IS NOT NULL;

-- A restore remembered when it was: under a wrong clock later events were parked with those of before it, or those of before were told again. Now it is the number
-- of the last event that was there and not handled.
INSERT INTO revision (topic, value)
SELECT 'parked-event', max(e.id) FROM event e JOIN revision r ON r.topic = 'parked' WHERE e.handled_at IS NULL AND e.created_at <= r.value HAVING count(*) > 0;
DELETE FROM revision WHERE topic = 'parked';
