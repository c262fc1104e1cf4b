-- What is in both purses after an entry, in the order of the times, stands with it: a page, a statement and a curve read what they show, and not all that is before or behind it.
-- An entry that comes later with an earlier time moves the sums of those behind it; what was booked is not changed by that.
ALTER TABLE ledger_entry ADD COLUMN funds_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger_entry ADD COLUMN promo_after INTEGER NOT NULL DEFAULT 0;

UPDATE ledger_entry SET funds_after = s.funds, promo_after = s.promo
FROM (
    SELECT id,
        sum(CASE purse WHEN 'funds' THEN amount ELSE 0 END) OVER w AS funds,
        sum(CASE purse WHEN 'promo' THEN amount ELSE 0 END) OVER w AS promo
    FROM ledger_entry WINDOW w AS (PARTITION BY account_id ORDER BY at, id ROWS UNBOUNDED PRECEDING)
) s
WHERE s.id = ledger_entry.id;
