-- How far the clock jumped while a server ran: there from the jump until the clock has come back, or a person has vouched for it.
CREATE TABLE retention_jump (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    off_by INTEGER NOT NULL,
    noticed_at INTEGER NOT NULL
) STRICT;
