-- Where the change feed goes on after a restore: what lies between these two sequences happened before it, is undone, and was never told by this feed.
CREATE TABLE number_change_gap (
    after INTEGER NOT NULL PRIMARY KEY,
    before INTEGER NOT NULL,
    CHECK (after < before)
) STRICT;
