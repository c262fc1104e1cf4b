-- The sums of a ledger are kept for stretches of its entries in the order of the times, and no longer with each entry: an entry that comes later with an earlier time moves one
-- row for each stretch behind it, and no entry. *_before is what was in a purse before the stretch; the others count from there: by how much it moves the purse, and the lowest
-- and the highest that is in it after an entry of the stretch.
CREATE TABLE ledger_stretch (
    account_id INTEGER NOT NULL REFERENCES account (id),
    first_at INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    funds_before INTEGER NOT NULL,
    promo_before INTEGER NOT NULL,
    funds INTEGER NOT NULL,
    promo INTEGER NOT NULL,
    funds_low INTEGER NOT NULL,
    funds_high INTEGER NOT NULL,
    promo_low INTEGER NOT NULL,
    promo_high INTEGER NOT NULL,
    PRIMARY KEY (account_id, first_at, first_id)
) STRICT, WITHOUT ROWID;

INSERT INTO ledger_stretch (account_id, first_at, first_id, entries, funds_before, promo_before, funds, promo, funds_low, funds_high, promo_low, promo_high)
SELECT account_id, first_at, first_id, entries, funds_before, promo_before, funds, promo, funds_least - funds_before, funds_most - funds_before, promo_least - promo_before, promo_most - promo_before
FROM (
    SELECT account_id,
        max(CASE place % 128 WHEN 0 THEN at END) AS first_at,
        max(CASE place % 128 WHEN 0 THEN id END) AS first_id,
        count(*) AS entries,
        max(CASE place % 128 WHEN 0 THEN funds_after - CASE purse WHEN 'funds' THEN amount ELSE 0 END END) AS funds_before,
        max(CASE place % 128 WHEN 0 THEN promo_after - CASE purse WHEN 'promo' THEN amount ELSE 0 END END) AS promo_before,
        sum(CASE purse WHEN 'funds' THEN amount ELSE 0 END) AS funds,
        sum(CASE purse WHEN 'promo' THEN amount ELSE 0 END) AS promo,
        min(funds_after) AS funds_least, max(funds_after) AS funds_most, min(promo_after) AS promo_least, max(promo_after) AS promo_most
    FROM (SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY at, id) - 1 AS place FROM ledger_entry)
    GROUP BY account_id, place / 128
);

ALTER TABLE ledger_entry DROP COLUMN funds_after;
ALTER TABLE ledger_entry DROP COLUMN promo_after;
