-- Whether the order of a span was sent and is not over. Spans of such orders do not overlap, so that whether a number is in one is found in one step, however many drafts and orders that are over name it.
ALTER TABLE porting_span ADD COLUMN is_sent INTEGER NOT NULL DEFAULT 0 CHECK (is_sent IN (0, 1));

UPDATE porting_span SET is_sent = 1 WHERE order_id IN (SELECT id FROM porting_order WHERE state IN ('submitted', 'validating', 'accepted', 'scheduled'));

DROP INDEX porting_span_first;

CREATE INDEX porting_span_sent ON porting_span (first) WHERE is_sent = 1;

-- What counts for the bound of an account; orders that are over pile up beside them.
CREATE INDEX porting_order_open ON porting_order (account_id) WHERE state NOT IN ('completed', 'cancelled');

-- Records of numbers that went to another provider are nobody's.
DELETE FROM emergency_record WHERE number IN (SELECT number FROM phone_number WHERE state = 'portedout');
