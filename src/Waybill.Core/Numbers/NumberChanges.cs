using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>What happened to numbers: the feed that switches follow, and the history of a number.</summary>
/// <param name="database">Where it is kept.</param>
public sealed class NumberChanges(WaybillDatabase database)
{
    private const string Select = """
        SELECT c.sequence, c.number, a.number, c.kind, c.at, c.actor_kind, c.actor, c.data FROM number_change c LEFT JOIN account a ON a.id = c.account_id
        """;

    internal const string SinceStatement = Select + " WHERE c.sequence > @since ORDER BY c.sequence LIMIT @limit";

    internal const string SinceOfAccountStatement = Select + " WHERE c.account_id = @account AND c.sequence > @since ORDER BY c.sequence LIMIT @limit";

    internal const string OfNumberStatement =
        Select + " WHERE c.number = @number AND c.sequence < @before AND (@account IS NULL OR a.number_key = @account) ORDER BY c.sequence DESC LIMIT @limit";

    internal const string OldestStatement = "SELECT sequence, at FROM number_change ORDER BY sequence LIMIT @limit";

    // The number that the last change had, also when that is not kept any more.
    private const string LastStatement = "SELECT seq FROM sqlite_sequence WHERE name = 'number_change'";

    /// <summary>The changes behind a place, the oldest first. Whoever asks again with <see cref="ChangePage.Next"/> misses none and gets none twice, unless there is a <see cref="ChangePage.Gap"/>.</summary>
    /// <param name="since">The sequence that was seen last; 0 for the beginning.</param>
    /// <param name="account">Only those of an account, by its number; null for all.</param>
    /// <param name="size">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<ChangePage>> SinceAsync(long since, string? account = null, int size = 100, CancellationToken cancellationToken = default)
    {
        size = Page<NumberChange>.Clamp(size);
        return await database.ReadAsync<Result<ChangePage>>(
            connection =>
            {
                var owner = account is null ? null : AccountService.Find(connection, account);
                if (account is not null && owner is null)
                {
                    return AccountService.Unknown(account);
                }

                var last = connection.Number(LastStatement);
                if (GapAt(connection, since, last) is { } gap)
                {
                    return new ChangePage([], last, IsMore: false) { Gap = gap };
                }

                var rows = owner is null
                    ? connection.All(SinceStatement, Read, ("@since", since), ("@limit", size + 1))
                    : connection.All(SinceOfAccountStatement, Read, ("@account", owner.Id), ("@since", since), ("@limit", size + 1));
                var items = rows.Take(size).ToList();

                // What others' numbers did is passed by too: a place that stood still would be forgotten with it.
                return rows.Count > size ? new ChangePage(items, items[^1].Sequence, IsMore: true) : new ChangePage(items, Math.Max(last, items.Count > 0 ? items[^1].Sequence : since), IsMore: false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What happened to a number, the newest first; whoever asks for an account hears of the account's own time alone.</summary>
    /// <param name="number">The number.</param>
    /// <param name="account">Only what concerns an account, by its number; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Page<NumberChange>> OfAsync(PhoneNumber number, string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<NumberChange>.Clamp(size);
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : long.MaxValue;
        return await database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    OfNumberStatement, Read, ("@number", number.E164), ("@before", before), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<NumberChange>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Sequence.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the changes before a time, the oldest first and only as far as all of them are older; says how many.</summary>
    public async ValueTask<Result<int>> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        for (var pruned = 0; ;)
        {
            // In pieces, so that nobody's allocation waits for it.
            var piece = await database.WriteAsync<int>(
                transaction =>
                {
                    var connection = transaction.Connection;
                    var old = connection.All(OldestStatement, static row => (Sequence: row.GetInt64(0), At: row.Time(1)), ("@limit", NumberLimits.Together)).TakeWhile(change => change.At < before).ToList();
                    return old.Count == 0 ? 0 : connection.Execute("DELETE FROM number_change WHERE sequence <= @last", ("@last", old[^1].Sequence));
                },
                cancellationToken).ConfigureAwait(false);
            if (!piece.Succeeded || piece.Value == 0)
            {
                return piece.Succeeded ? pruned : piece;
            }

            pruned += piece.Value;
        }
    }

    /// <summary>
    /// After a restore the feed goes on at a sequence that no feed before it can have reached: the microseconds of the clock. Whoever followed beyond the backup is then known by the
    /// place that it asks for, and nothing of what it has seen is told again under the same sequence, also when one backup is restored twice.
    /// </summary>
    internal static void GoOnAfterRestore(DatabaseConnection connection, DateTimeOffset now)
    {
        var last = connection.Number(LastStatement);
        var next = Math.Max(last + 1, (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        connection.Execute("INSERT INTO number_change_gap (after, before) VALUES (@last, @next)", ("@last", last), ("@next", next));
        if (connection.Execute("UPDATE sqlite_sequence SET seq = @next WHERE name = 'number_change'", ("@next", next)) == 0)
        {
            connection.Execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('number_change', @next)", ("@next", next));
        }
    }

    private static ChangeGap? GapAt(DatabaseConnection connection, long since, long last)
    {
        if (since > last || connection.Number("SELECT count(*) FROM number_change_gap WHERE after < @since AND @since < before", ("@since", since)) > 0)
        {
            return ChangeGap.NotHere;
        }

        var kept = connection.Number("SELECT min(sequence) FROM number_change") is var oldest and > 0 ? oldest - 1 : last;
        return since < kept ? ChangeGap.NotKept : null;
    }

    private static NumberChange Read(DbDataReader row) => new(
        row.GetInt64(0), new PhoneNumber(row.GetInt64(1)), row.TextOrNull(2), row.GetString(3), row.Time(4), row.Word<ActorKind>(5), row.GetString(6),
        JsonNode.Parse(row.GetString(7)) as JsonObject ?? []);
}
