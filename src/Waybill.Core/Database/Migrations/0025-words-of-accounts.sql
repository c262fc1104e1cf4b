-- The words of number and name in lower case, for the search: each of its words is the beginning of one of these.
CREATE TABLE account_word (
    word TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (word, account_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_word_account ON account_word (account_id);

-- search_words is the program's own, so that accounts of before are found as those of after.
INSERT OR IGNORE INTO account_word (word, account_id)
SELECT word.value, account.id FROM account, json_each(search_words(account.number)) word
UNION SELECT word.value, account.id FROM account, json_each(search_words(account.name)) word;
