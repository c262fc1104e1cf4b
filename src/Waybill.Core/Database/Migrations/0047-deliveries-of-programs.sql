-- What programs uploaded with tokens of the REST API is for the back office too: until now it was offered to nobody and judged by no rule. Whatever came so lies where
-- customers deliver, since a token may write nowhere else. What a legal hold covers ('' is all of the account) stays as it was: an arrival rule would move it out of
-- the hold.
INSERT INTO inbound (file_id, state, touched_at)
SELECT id, 'arriving', arrived_at FROM file WHERE protocol = 'rest' AND gone_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM hold h WHERE h.account_id = file.account_id
      AND (h.path = '' OR file.path = h.path OR (file.path > h.path || '/' AND file.path < h.path || '0'))) ORDER BY id
ON CONFLICT DO NOTHING;

-- What the server asks every second or minute of deliveries and expectations goes by what there is to do, and not by all that there ever was. What was offered is listed
-- by its state; a file that is not offered yet is in none of these but the one of its state, so that an upload pays for no more than before.
CREATE INDEX inbound_partial ON inbound (state) WHERE state = 'partial';
CREATE INDEX inbound_rejected ON inbound (state) WHERE state = 'rejected';
CREATE INDEX inbound_gone ON inbound (state) WHERE state = 'withdrawn';
CREATE INDEX inbound_offered ON inbound (state, sequence) WHERE sequence IS NOT NULL;
DROP INDEX inbound_waiting;

CREATE INDEX expectation_unfetched ON expectation (unfetched_days) WHERE unfetched_days IS NOT NULL;

DROP INDEX missed_open;
CREATE INDEX missed_open ON missed (state) WHERE state = 'open';
CREATE INDEX missed_over ON missed (due_at);

-- An expectation of a feed goes by the folder that the feed has, and not by the feed's name; folder is what it was when it was set.
ALTER TABLE expectation ADD COLUMN of_feed INTEGER NOT NULL DEFAULT 0 CHECK (of_feed IN (0, 1));
UPDATE expectation SET of_feed = 1 WHERE folder = '/' || feed;

-- Days are judged once each, whatever zone the account is in by then: next_day counts them from 0001-01-01 on, last_due_at is when the one before was due. next_due_at
-- follows from next_day; 0 is that the account has moved, and that it is to be found anew.
-- looked_id is up to which file of the instant looked_until it was looked at: all files of a folder come in one when that is renamed.
ALTER TABLE expectation ADD COLUMN next_day INTEGER;
ALTER TABLE expectation ADD COLUMN last_due_at INTEGER;
ALTER TABLE expectation ADD COLUMN looked_id INTEGER NOT NULL DEFAULT 9223372036854775807;
CREATE INDEX expectation_judged ON expectation (last_due_at) WHERE last_due_at IS NOT NULL;
CREATE TRIGGER expectation_moved AFTER UPDATE OF time_zone ON account WHEN OLD.time_zone IS NOT NEW.time_zone
BEGIN
    UPDATE expectation SET next_due_at = 0 WHERE account_id = NEW.id AND next_due_at IS NOT NULL AND next_day IS NOT NULL;
END;

-- When a file got the name under which somebody waits for it, where that is not its arrival: by a renaming out of a name that was not final, or out of another folder.
-- named_from is what it was called before that, and named_before its named_at of then, which counts again when it goes back there; null where what it had come for
-- was not judged yet.
ALTER TABLE file ADD COLUMN named_at INTEGER;
ALTER TABLE file ADD COLUMN named_from TEXT;
ALTER TABLE file ADD COLUMN named_before INTEGER;
CREATE INDEX file_named ON file (account_id, named_at) WHERE named_at IS NOT NULL;

-- Where a file lay that the back office has taken over: there somebody may wait for it, and nobody has to after that.
ALTER TABLE file ADD COLUMN taken_from TEXT;
