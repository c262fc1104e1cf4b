using System.Buffers;
using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>
/// Ledgers of accounts: the provider's billing pushes entries, customers and staff read them. An entry is known by its name, so that a push that is repeated changes
/// nothing, however many come at once; a name that stands for something else is refused.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each entry is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="options">The currency, and when a balance is low.</param>
public sealed class BalanceService(WaybillDatabase database, AuditLog audit, TimeProvider time, BillingOptions options)
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/-");

    /// <summary>The currency, and when a balance is low.</summary>
    public BillingOptions Options => options;

    /// <summary>Adds entries that are not there yet: all of them, or none.</summary>
    /// <param name="entries">The entries, at most <see cref="BillingLimits.ImportRows"/>.</param>
    /// <param name="actor">Who pushes them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<PushReport>> PushAsync(IReadOnlyList<NewLedgerEntry> entries, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(actor);
        if (entries.Count is 0 or > BillingLimits.ImportRows)
        {
            return entries.Count == 0 ? Problem.Invalid("There is no entry. Send at least one.") : Problem.LimitReached($"There are more than {BillingLimits.ImportRows} entries. Send them in several pushes.");
        }

        foreach (var entry in entries)
        {
            if (Check(entry) is { } problem)
            {
                return problem;
            }
        }

        return await database.WriteAsync(transaction => Push(transaction, entries, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The balance of an account; all zero for one without a ledger.</summary>
    public async ValueTask<Result<Balance>> ShowAsync(string account, CancellationToken cancellationToken = default) => await database.ReadAsync<Result<Balance>>(
        connection => AccountService.Find(connection, account) is { } found ? BalanceSql.Find(connection, found.Id, options) : AccountService.Unknown(account),
        cancellationToken).ConfigureAwait(false);

    /// <summary>The balances of all accounts, by number.</summary>
    /// <param name="lowOnly">Only those that are low.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Balance>> ListAsync(bool lowOnly = false, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Balance>.Clamp(size);
        return database.ReadAsync(
            connection =>
            {
                var rows = BalanceSql.List(connection, after ?? "", size + 1, lowOnly, options);
                return new Page<Balance>([.. rows.Take(size)], rows.Count > size ? AccountNumber.Fold(rows[size - 1].Account) : null);
            },
            cancellationToken);
    }

    /// <summary>An account's entries, those with the latest time first, each with the balance after it.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<Page<LedgerEntry>>> EntriesAsync(string account, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<LedgerEntry>.Clamp(size);
        var (at, id) = after?.Split('-') is [var first, var second] && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && long.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (time, number) : (long.MaxValue, long.MaxValue);
        return await database.ReadAsync<Result<Page<LedgerEntry>>>(
            connection =>
            {
                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                var (entries, next) = connection.AtOneMoment(() => LedgerPages.Read(connection, found.Id, size, new LedgerPlace(at, id)));
                return new Page<LedgerEntry>(entries, next is { } place ? string.Create(CultureInfo.InvariantCulture, $"{place.At}-{place.Id}") : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All of an account's entries as they are at one moment; for the page of a list, where the newest state counts, see <see cref="EntriesAsync"/>.</summary>
    /// <param name="account">The account's number.</param>
    public LedgerStatement Statement(string account) => new(database, account);

    /// <summary>The balance at the end of each of the last days.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="days">How many, today the last; at most <see cref="BillingLimits.CurveDays"/>.</param>
    /// <param name="zone">Where a day begins and ends.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<IReadOnlyList<BalancePoint>>> CurveAsync(string account, int days, TimeZoneInfo zone, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var ends = BalanceCurve.DayEnds(now, Math.Clamp(days, 1, BillingLimits.CurveDays), zone);
        return await database.ReadAsync<Result<IReadOnlyList<BalancePoint>>>(
            connection => AccountService.Find(connection, account) is { } found ? Result.Of(connection.AtOneMoment(() => BalanceCurve.Read(connection, found.Id, ends))) : AccountService.Unknown(account),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets below how much an account is told; whether it is low is looked at at once.</summary>
    public async ValueTask<Result<Balance>> SetLowAsync(string account, LowMark mark, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mark);
        ArgumentNullException.ThrowIfNull(actor);
        if (mark is { IsOwn: true, At: { } at } && !BillingLimits.IsAmount(at))
        {
            return TooMuch("mark");
        }

        return await database.WriteAsync<Balance>(
            transaction =>
            {
                if (AccountService.Find(transaction.Connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                BalanceSql.SetLow(transaction.Connection, found.Id, mark);
                audit.Append(transaction, new AuditEntry(BillingActions.LowMarkSet, actor)
                {
                    Account = found.Number, Subject = found.Number, Detail = !mark.IsOwn ? "as the configuration" : mark.At is { } set ? options.Show(set) : "never",
                });
                return BalanceWatch.Look(transaction.Connection, found.Id, options, time.GetUtcNow());
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Looks at all balances that have turned low, or are no longer, though nothing was pushed: the configuration's mark is another one. Accounts that have neither an entry nor
    /// a mark of their own have no balance that could be low.
    /// </summary>
    /// <returns>How many have turned.</returns>
    public async ValueTask<Result<int>> LookAsync(CancellationToken cancellationToken = default)
    {
        for (var (turned, after) = (0, 0L); ;)
        {
            var some = await database.WriteAsync<(int Count, long Last)>(
                transaction =>
                {
                    var accounts = BalanceSql.Turned(transaction.Connection, after, options);
                    foreach (var account in accounts)
                    {
                        BalanceWatch.Look(transaction.Connection, account, options, time.GetUtcNow());
                    }

                    return (accounts.Count, accounts.Count == 0 ? after : accounts[^1]);
                },
                cancellationToken).ConfigureAwait(false);
            if (!some.Succeeded || some.Value.Count == 0)
            {
                return some.Succeeded ? turned : some.Problem;
            }

            (turned, after) = (turned + some.Value.Count, some.Value.Last);
        }
    }

    private static Problem TooMuch(string what) => Problem.Invalid($"The {what} is more than {BillingLimits.Amount} minor units, which is the most. Correct it.");

    private Problem? Check(NewLedgerEntry entry)
    {
        if (entry.Id.Length is 0 or > BillingLimits.IdLength || entry.Id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            return Problem.Invalid($"'{Words.Show(entry.Id)}' is no name of an entry: use 1 to {BillingLimits.IdLength} of A-Z a-z 0-9 . _ : / -.");
        }

        if (!BillingLimits.IsAmount(entry.Amount))
        {
            return TooMuch($"amount of entry {entry.Id}");
        }

        if (entry.Time is { } at && (at < BillingLimits.Earliest || at > time.GetUtcNow() + BillingLimits.Ahead))
        {
            return Problem.Invalid($"Entry {entry.Id} is booked at {LocalTimes.Show(at, TimeZoneInfo.Utc)}, which is before {BillingLimits.Earliest.Year} or in the future. Correct its time.");
        }

        return Words.Check($"text of entry {entry.Id}", entry.Text) ?? (entry.Source is { } source ? Words.Check($"source of entry {entry.Id}", source) : null);
    }

    private Result<PushReport> Push(WriteTransaction transaction, IReadOnlyList<NewLedgerEntry> entries, Actor actor)
    {
        var (connection, now) = (transaction.Connection, time.GetUtcNow());
        Dictionary<string, (long Id, Balance Balance, List<long> Times)> accounts = new(StringComparer.Ordinal);
        var added = 0;
        foreach (var entry in entries)
        {
            var key = AccountNumber.Fold(entry.Account);
            if (!accounts.TryGetValue(key, out var account))
            {
                if (AccountService.Find(connection, entry.Account) is not { } found)
                {
                    return Problem.NotFound($"Entry {entry.Id}: there is no account {Words.Show(entry.Account)}. Nothing was booked.");
                }

                account = (found.Id, BalanceSql.Find(connection, found.Id, options), []);
                accounts.Add(key, account);
            }

            if (BalanceSql.FindEntry(connection, entry.Id) is { } known)
            {
                if (!IsSame(known, entry, account.Balance.Account))
                {
                    return Problem.AlreadyExists(
                        $"Entry {entry.Id} is there already and says something else: {options.Show(known.Amount)} for account {known.Account}, '{known.Text}'. Nothing was booked; give the new one a name of its own.");
                }

                continue;
            }

            BalanceSql.Insert(connection, account.Id, entry, entry.Source ?? actor.Name, actor.Name, now);
            account.Times.Add((entry.Time ?? now).ToColumn());
            added++;
            audit.Append(transaction, new AuditEntry(BillingActions.Entry, actor)
            {
                Account = account.Balance.Account,
                Subject = entry.Id,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{entry.Purse.ToWord()} {entry.Amount:+0;-0;0}: {entry.Text}"),
            });
        }

        List<Balance> balances = [];
        foreach (var (id, balance, times) in accounts.Values)
        {
            if (times.Count == 0)
            {
                balances.Add(balance);
                continue;
            }

            times.Sort();
            var sums = LedgerStretches.Settle(connection, id, times, balance.Account);
            if (!sums.Succeeded)
            {
                return sums.Problem;
            }

            BalanceSql.Sum(connection, id, balance with { Funds = sums.Value.Funds, Promo = sums.Value.Promo, Entries = balance.Entries + times.Count }, now);
            balances.Add(BalanceWatch.Look(connection, id, options, now));
        }

        return new PushReport(added, entries.Count - added, balances);
    }

    /// <summary>Whether it is the same entry again; what a push leaves out is as it was.</summary>
    private static bool IsSame(LedgerEntry known, NewLedgerEntry entry, string account) =>
        known.Account == account && known.Purse == entry.Purse && known.Amount == entry.Amount && known.Text == entry.Text
        && (entry.Source is null || known.Source == entry.Source)
        && (entry.Time is not { } at || at.ToUnixTimeMilliseconds() == known.Time.ToUnixTimeMilliseconds());
}
