using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Catalogue;

/// <summary>Which files there are and were, who delivered them, and who fetched them.</summary>
/// <param name="database">Where it is kept.</param>
public sealed class FileCatalogue(WaybillDatabase database)
{
    /// <summary>Lists an account's files in the order in which they came.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="query">Which of them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<Page<CatalogueFile>>> ListAsync(string account, CatalogueQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var size = Page<CatalogueFile>.Clamp(query.Size);
        var after = long.TryParse(query.After, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var below = query.Below is null or "/" ? "" : query.Below;
        return await database.ReadAsync<Result<Page<CatalogueFile>>>(
            connection =>
            {
                if (CatalogueSql.AccountId(connection, account) is not { } number)
                {
                    return AccountService.Unknown(account);
                }

                var rows = connection.All(
                    $"""
                    {CatalogueSql.Select}
                    WHERE f.account_id = @account AND f.id > @after AND (@gone OR f.gone_at IS NULL)
                      AND (@below = '' OR f.path = @below OR (f.path > @below || '/' AND f.path < @below || '0'))
                    ORDER BY f.id LIMIT @limit
                    """,
                    CatalogueSql.Read,
                    ("@account", number), ("@after", after), ("@gone", query.WithGone ? 1 : 0), ("@below", below), ("@limit", size + 1));
                return new Page<CatalogueFile>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The file that is at a path now, or null.</summary>
    public ValueTask<CatalogueFile?> FindAsync(string account, string path, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => connection.First(
            $"{CatalogueSql.Select} WHERE a.number_key = @account AND f.path = @path AND f.gone_at IS NULL",
            CatalogueSql.Read,
            ("@account", AccountNumber.Fold(account)), ("@path", path)),
        cancellationToken);

    /// <summary>Who fetched a file, the latest first, at most <see cref="Page{T}.MaximumSize"/>.</summary>
    public ValueTask<IReadOnlyList<FileFetch>> FetchesAsync(long file, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<FileFetch>>(
        connection => connection.All(
            "SELECT login, protocol, address, fetched_at, bytes, whole FROM fetch WHERE file_id = @file ORDER BY fetched_at DESC LIMIT @limit",
            CatalogueSql.ReadFetch,
            ("@file", file), ("@limit", Page<FileFetch>.MaximumSize)),
        cancellationToken);
}
