-- Of an order of porting: remind_at is due_at until the provider was told that it has passed; upload names the table that it came in, upload_line is its line there; has_letters
-- says that letters of authority of it are kept, so that those of orders that are long over are not looked for again.
ALTER TABLE porting_order ADD COLUMN remind_at INTEGER;
ALTER TABLE porting_order ADD COLUMN upload TEXT;
ALTER TABLE porting_order ADD COLUMN upload_line INTEGER;
ALTER TABLE porting_order ADD COLUMN has_letters INTEGER NOT NULL DEFAULT 0;

UPDATE porting_order SET remind_at = due_at, has_letters = EXISTS (SELECT 1 FROM porting_letter l WHERE l.order_id = porting_order.id);

CREATE INDEX porting_order_remind ON porting_order (remind_at, id) WHERE remind_at IS NOT NULL;
CREATE INDEX porting_order_upload ON porting_order (upload, upload_line) WHERE upload IS NOT NULL;
DROP INDEX porting_order_keep;
CREATE INDEX porting_order_letters ON porting_order (keep_letters_until, id) WHERE has_letters = 1;
