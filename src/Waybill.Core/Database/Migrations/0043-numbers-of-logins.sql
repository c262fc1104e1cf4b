-- What a login's programs may do with the numbers of its account, by NTSAPI and over REST.
ALTER TABLE login ADD COLUMN numbers TEXT NOT NULL DEFAULT 'change' CHECK (numbers IN ('none', 'look', 'change'));
