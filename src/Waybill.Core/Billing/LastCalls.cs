using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Billing;

/// <summary>
/// The last calls that an account was told of. Waybill switches no calls and rates none: these are the last lines of the newest call detail file that was published to
/// the account and that it can read, so that they are as old as that file. To look at them is no fetching of the file.
/// </summary>
/// <param name="database">Where the catalogue is.</param>
/// <param name="stores">The vaults.</param>
/// <param name="feeds">Which folder has them: that of the feed <c>cdr</c>.</param>
public sealed class LastCalls(WaybillDatabase database, VaultStores stores, FeedTypes feeds)
{
    /// <summary>The feed whose files hold calls.</summary>
    public const string Feed = "cdr";

    /// <summary>The calls, the latest of the file first, at most <see cref="BillingLimits.Calls"/>; none where no file says any.</summary>
    public async ValueTask<Result<IReadOnlyList<CallRecord>>> ReadAsync(string account, CancellationToken cancellationToken = default)
    {
        if (feeds.All.FirstOrDefault(static feed => feed.Name == Feed) is not { } feed)
        {
            return Result.Of<IReadOnlyList<CallRecord>>([]);
        }

        var paths = await database.ReadAsync(
            connection => AccountService.Find(connection, account) is not { } found ? null : connection.All(
                """
                SELECT path FROM file WHERE account_id = @account AND gone_at IS NULL AND path > @folder || '/' AND path < @folder || '0'
                ORDER BY arrived_at DESC, id DESC LIMIT @limit
                """,
                static row => row.GetString(0),
                ("@account", found.Id), ("@folder", feed.Folder), ("@limit", BillingLimits.CallsFiles)),
            cancellationToken).ConfigureAwait(false);
        if (paths is null)
        {
            return AccountService.Unknown(account);
        }

        // A set that is not shown yet lies under unfinished names.
        foreach (var path in paths.Where(path => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && feeds.AtFinal(path) is not null))
        {
            if (await ReadFileAsync(account, path).ConfigureAwait(false) is { Count: > 0 } calls)
            {
                return Result.Of(calls);
            }
        }

        return Result.Of<IReadOnlyList<CallRecord>>([]);
    }

    private async ValueTask<IReadOnlyList<CallRecord>> ReadFileAsync(string account, string name)
    {
        if (VaultPath.TryParse(Encoding.UTF8.GetBytes(name), VaultPath.Root, out var path) != VaultPathError.None)
        {
            return [];
        }

        var store = stores.Open(account);
        if (!store.Succeeded)
        {
            return [];
        }

        await using (store.Value.ConfigureAwait(false))
        {
            var opened = await store.Value.OpenAsync(path!, OpenModes.Read).ConfigureAwait(false);
            if (!opened.Succeeded)
            {
                return [];
            }

            await using (opened.Value.ConfigureAwait(false))
            {
                if (await opened.Value.GetAttributesAsync().ConfigureAwait(false) is not { Succeeded: true, Value.Size: var size })
                {
                    return [];
                }

                var buffer = new byte[Math.Min(size, BillingLimits.CallsTail)];
                var read = await opened.Value.ReadAsync(size - buffer.Length, buffer).ConfigureAwait(false);
                return read.Succeeded ? CallDetail.Read(buffer.AsSpan(0, read.Value), size == buffer.Length, BillingLimits.Calls) : [];
            }
        }
    }
}
