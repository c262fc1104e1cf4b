-- What a publisher login delivers as a duplicate is held too. One that was delivered under another name and renamed is hidden from there: state 'holding' is finished
-- by whoever finds it, as 'recalling' is. A version that was taken back says so, and so does one that was held.
-- SQLite cannot alter a CHECK; this is the way that its manual gives for it (lang_altertable.html, section 7): no row has to be written anew.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, '''archived'', ''missing''', '''archived'', ''missing'', ''recalled'', ''held''') WHERE type = 'table' AND name = 'file';
UPDATE sqlite_schema SET sql = replace(replace(sql,
        '''recalling'', ''recalled''', '''recalling'', ''recalled'', ''holding'''),
        '''committing'', ''recalling'')', '''committing'', ''recalling'', ''holding'')')
    WHERE type = 'table' AND name = 'publication';
PRAGMA writable_schema = RESET;

-- Where a file lay that was held instead of renamed.
ALTER TABLE publication_file ADD COLUMN source TEXT;

-- What a set that is being released was before, so that it is that again when it cannot be shown.
ALTER TABLE publication ADD COLUMN aside TEXT CHECK (aside IN ('held', 'recalled'));

-- Recalls said archived until now; a customer's own archive never has a publication of its own.
UPDATE file SET gone_how = 'recalled' WHERE gone_how = 'archived' AND EXISTS (
    SELECT 1 FROM publication_file p WHERE p.file_id = file.id AND p.publication_id IS NOT file.publication_id);
