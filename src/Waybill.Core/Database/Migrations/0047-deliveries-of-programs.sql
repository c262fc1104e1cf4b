-- What programs uploaded with tokens of the REST API is for the back office too: until now it was offered to nobody and judged by no rule. Whatever came so lies where
-- customers deliver, since a token may write nowhere else.
INSERT INTO inbound (file_id, state, touched_at)
SELECT id, 'arriving', arrived_at FROM file WHERE protocol = 'rest' AND gone_at IS NULL ORDER BY id
ON CONFLICT DO NOTHING;

-- What the server asks every second or minute of deliveries and expectations goes by what there is to do, and not by all that there ever was. What was offered is listed
-- by its state; a file that is not offered yet is in none of these but the one of its state, so that an upload pays for no more than before.
CREATE INDEX inbound_partial ON inbound (state) WHERE state = 'partial';
CREATE INDEX inbound_rejected ON inbound (state) WHERE state = 'rejected';
CREATE INDEX inbound_offered ON inbound (state, sequence) WHERE sequence IS NOT NULL;
DROP INDEX inbound_waiting;

CREATE INDEX expectation_unfetched ON expectation (unfetched_days) WHERE unfetched_days IS NOT NULL;

DROP INDEX missed_open;
CREATE INDEX missed_open ON missed (state) WHERE state = 'open';
CREATE INDEX missed_over ON missed (due_at);
