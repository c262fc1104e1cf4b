-- Handled events go when nothing refers to them any more; without these each one would be looked for in all rows of the other tables.
CREATE INDEX event_handled ON event (handled_at) WHERE handled_at IS NOT NULL;
CREATE INDEX delivery_event ON delivery (event_id);
CREATE INDEX digest_item_event ON digest_item (event_id);
CREATE INDEX delivery_dead ON delivery (tried_since) WHERE state = 'dead';
