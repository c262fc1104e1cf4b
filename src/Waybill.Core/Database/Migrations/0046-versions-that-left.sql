-- Which file on the disk a version is: its inode, and when that was made (milliseconds), since numbers are given anew. Under its path another version may lie by the time
-- that a fetch of it is recorded, and it may have left or have another name. Null where it is not known: of versions from before, and of a file that was cut by its path.
ALTER TABLE file ADD COLUMN inode INTEGER;
ALTER TABLE file ADD COLUMN born INTEGER;

CREATE INDEX file_inode ON file (account_id, inode) WHERE inode IS NOT NULL;
