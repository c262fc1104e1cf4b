-- The ledger of each account, as the provider's billing pushes it. Amounts are whole minor units (pence); an entry is never changed and never removed, what was wrong is
-- made good by another one. The name of an entry is the billing's own and is used once over all accounts: what is pushed again is known by it.
CREATE TABLE ledger_entry (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account (id),
    purse TEXT NOT NULL CHECK (purse IN ('funds', 'promo')),
    amount INTEGER NOT NULL CHECK (amount BETWEEN -9007199254740992 AND 9007199254740992),
    text TEXT NOT NULL,
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    added_by TEXT NOT NULL
) STRICT;

CREATE INDEX ledger_entry_account ON ledger_entry (account_id, at, id);

-- The sums of it, in the same transaction. low_at is the account's own mark where has_own_low is set (null for none); is_low says that it was told of.
CREATE TABLE balance (
    account_id INTEGER NOT NULL PRIMARY KEY REFERENCES account (id),
    funds INTEGER NOT NULL DEFAULT 0 CHECK (funds BETWEEN -9007199254740992 AND 9007199254740992),
    promo INTEGER NOT NULL DEFAULT 0 CHECK (promo BETWEEN -9007199254740992 AND 9007199254740992),
    entries INTEGER NOT NULL DEFAULT 0,
    has_own_low INTEGER NOT NULL DEFAULT 0,
    low_at INTEGER,
    is_low INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER
) STRICT;
