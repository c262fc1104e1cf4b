-- What holds over FTP for every login of an account, besides what was said for one of them.
CREATE TABLE account_ftp (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    tls_from INTEGER,
    accepts_unclean INTEGER NOT NULL DEFAULT 0
) STRICT;
