-- The audit's texts by each three characters of them, so that a search of a million rows takes milliseconds. Filled after the rows themselves (AuditIndex), which
-- nobody waits for. Without positions: the rows that it finds are looked at, and it takes 90 bytes for each.
CREATE VIRTUAL TABLE audit_text USING fts5 (text, content = '', detail = none, columnsize = 0, tokenize = 'trigram');

CREATE TABLE audit_text_end (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL
) STRICT;

INSERT INTO audit_text_end (id, sequence) VALUES (1, 0);
