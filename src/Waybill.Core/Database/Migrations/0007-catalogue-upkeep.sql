-- A file that was missing and is there again goes on as what it was: asked for each file that a scan finds, and missing ones are few.
CREATE INDEX file_missing ON file (account_id, path) WHERE gone_how = 'missing';
