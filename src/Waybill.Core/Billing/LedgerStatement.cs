using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Billing;

/// <summary>
/// All of a ledger, page by page, as it is when the first page is read: what is pushed meanwhile, which may stand before entries that are still to come, is not in it, so that
/// each balance is the one below it and its entry. Nothing is held between two pages, however slowly they are fetched. For one caller at a time.
/// </summary>
public sealed class LedgerStatement
{
    private readonly WaybillDatabase _database;
    private readonly string _account;
    private LedgerMark? _next;

    internal LedgerStatement(WaybillDatabase database, string account) => (_database, _account) = (database, account);

    /// <summary>Whether all of it was read.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The next entries, those with the latest time first, each with the balance after it. <see cref="ProblemKind.NotFound"/> for an account that is not there.</summary>
    /// <param name="size">How many, at most <see cref="Page{T}.MaximumSize"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<IReadOnlyList<LedgerEntry>>> NextAsync(int size = Page<LedgerEntry>.MaximumSize, CancellationToken cancellationToken = default)
    {
        if (IsOver)
        {
            return Array.Empty<LedgerEntry>();
        }

        return await _database.ReadAsync<Result<IReadOnlyList<LedgerEntry>>>(
            connection =>
            {
                if (AccountService.Find(connection, _account) is not { } found)
                {
                    return AccountService.Unknown(_account);
                }

                var (entries, next) = connection.AtOneMoment(() => LedgerPages.ReadOn(connection, found.Id, Page<LedgerEntry>.Clamp(size), _next));
                (_next, IsOver) = (next, next is null);
                return Result.Of(entries);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
