-- Versions that left and of which it is not known which file they were: whoever was reading one has fetched it, and not what has its path since.
CREATE INDEX file_unknown ON file (account_id, path) WHERE inode IS NULL AND gone_at IS NOT NULL;
