-- What programs uploaded with tokens of the REST API is for the back office too: until now it was offered to nobody and judged by no rule. Whatever came so lies where
-- customers deliver, since a token may write nowhere else.
INSERT INTO inbound (file_id, state, touched_at)
SELECT id, 'arriving', arrived_at FROM file WHERE protocol = 'rest' AND gone_at IS NULL ORDER BY id
ON CONFLICT DO NOTHING;
