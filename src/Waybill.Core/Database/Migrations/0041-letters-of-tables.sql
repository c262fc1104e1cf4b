-- What is in a letter of authority lies here once, also when it counts for many orders of a table; it goes with the last of them.
CREATE TABLE porting_letter_file (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    content BLOB NOT NULL
) STRICT;

INSERT INTO porting_letter_file (id, content) SELECT id, content FROM porting_letter;
ALTER TABLE porting_letter ADD COLUMN file_id INTEGER REFERENCES porting_letter_file (id);
UPDATE porting_letter SET file_id = id;
ALTER TABLE porting_letter DROP COLUMN content;

CREATE INDEX porting_letter_file_id ON porting_letter (file_id);
