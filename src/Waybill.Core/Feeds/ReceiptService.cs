using System.Data.Common;
using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Feeds;

/// <summary>Delivery receipts: what was published, and who first fetched it.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="types">The feeds.</param>
public sealed class ReceiptService(WaybillDatabase database, FeedTypes types)
{
    private const string Columns = "f.id, f.publication_id, a.number, f.feed, f.path, f.size, f.arrived_at, f.login, f.first_fetched_at, f.first_fetched_by, f.gone_at, f.gone_how";

    // Of a set that was decided and could not be shown a row is left that its publication knows no more.
    private const string IsPublished = """
        (EXISTS (SELECT 1 FROM publication_file x WHERE x.file_id = f.id AND x.publication_id = f.publication_id)
            OR (f.publication_id IS NULL AND f.login IN (SELECT user_name FROM login WHERE kind = 'publisher')))
        """;

    private const string Select = $"""
        SELECT {Columns}
        FROM file f JOIN account a ON a.id = f.account_id LEFT JOIN publication p ON p.id = f.publication_id
        WHERE {IsPublished}
        """;

    /// <summary>Lists receipts in the order in which the files came, or the newest first.</summary>
    public async ValueTask<Result<Page<Receipt>>> ListAsync(ReceiptQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var feed = query.Feed is null ? null : types.Find(query.Feed) is { Succeeded: true } found ? found.Value : null;
        if (query.Feed is not null && feed is null)
        {
            return types.Find(query.Feed).Problem!;
        }

        var size = Page<Receipt>.Clamp(query.Size);
        var after = long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : query.NewestFirst ? long.MaxValue : 0;
        return await database.ReadAsync<Result<Page<Receipt>>>(
            connection =>
            {
                if (query.Account is not null && AccountService.Find(connection, query.Account) is null)
                {
                    return AccountService.Unknown(query.Account);
                }

                if (query.By is not null && AccountService.Find(connection, query.By) is null)
                {
                    return AccountService.Unknown(query.By);
                }

                var rows = connection.All(
                    Statement(query),
                    Read,
                    ("@after", after), ("@account", query.Account is null ? null : AccountNumber.Fold(query.Account)), ("@feed", feed?.Name),
                    ("@publication", query.Publication), ("@by", query.By is null ? null : AccountNumber.Fold(query.By)), ("@since", query.Since?.ToColumn()), ("@limit", size + 1));
                return new Page<Receipt>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].File.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists an account's receipts, the newest first: what its people look for is at the top.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="unfetched">Only what is there and nobody fetched.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<Page<Receipt>>> NewestAsync(string account, bool unfetched = false, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Receipt>.Clamp(size);
        var parts = (after ?? "").Split('-');
        var (arrived, file) = parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (time, id)
            : (long.MaxValue, long.MaxValue);
        return await database.ReadAsync<Result<Page<Receipt>>>(
            connection =>
            {
                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                // By the index of an account's arrivals; f.arrived_at <= @arrived bounds it, and the pair settles those of the same moment.
                var rows = connection.All(
                    $"""
                    SELECT {Columns}
                    FROM file f INDEXED BY file_account JOIN account a ON a.id = f.account_id
                    WHERE f.account_id = @account AND f.arrived_at <= @arrived AND (f.arrived_at, f.id) < (@arrived, @file)
                      AND {IsPublished}{(unfetched ? " AND f.first_fetched_at IS NULL AND f.gone_at IS NULL" : "")}
                    ORDER BY f.arrived_at DESC, f.id DESC LIMIT @limit
                    """,
                    Read, ("@account", found.Id), ("@arrived", arrived), ("@file", file), ("@limit", size + 1));
                return new Page<Receipt>(
                    [.. rows.Take(size)],
                    rows.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{rows[size - 1].Published.ToUnixTimeMilliseconds()}-{rows[size - 1].File}") : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Only what is asked for, so that the indexes serve; each combination is a constant.</summary>
    internal static string Statement(ReceiptQuery query)
    {
        // The sign keeps SQLite from walking through the files of all accounts by their number to find those of one.
        var number = query.Account is null ? "f.id" : "+f.id";
        return $"{Select} AND {number} {(query.NewestFirst ? '<' : '>')} @after{Conditions(query)} ORDER BY {number} {(query.NewestFirst ? "DESC" : "ASC")} LIMIT @limit";
    }

    private static string Conditions(ReceiptQuery query) => string.Concat(
        query.Account is null ? "" : " AND f.account_id = (SELECT id FROM account WHERE number_key = @account)",
        query.Feed is null ? "" : " AND f.feed = @feed",
        query.Publication is null ? "" : " AND f.publication_id = @publication",
        query.By is null ? "" : " AND p.by_account_id = (SELECT id FROM account WHERE number_key = @by) AND a.parent_id = p.by_account_id",
        query.Since is null ? "" : " AND f.arrived_at >= @since",
        query.Unfetched ? " AND f.first_fetched_at IS NULL AND f.gone_at IS NULL" : "");

    private static Receipt Read(DbDataReader row)
    {
        // Under a name that is not final, or outside the folders of feeds, an upload of a publisher login belongs to none.
        return new Receipt(
            row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetString(2), row.TextOrNull(3) ?? "", row.GetString(4), row.GetInt64(5), row.Time(6),
            row.TextOrNull(7), row.TimeOrNull(8), row.TextOrNull(9), row.TimeOrNull(10), row.TextOrNull(11));
    }
}
