-- The receipts of one feed; what customers upload belongs to none, so that their uploads do not pay for it.
CREATE INDEX file_feed ON file (feed, id) WHERE feed IS NOT NULL;

-- Whose uploads have receipts: a few logins of the provider among all those of customers.
CREATE INDEX login_publisher ON login (user_name) WHERE kind = 'publisher';
