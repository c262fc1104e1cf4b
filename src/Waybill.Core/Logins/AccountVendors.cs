using Waybill.Core.AccountFiles;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.People;

namespace Waybill.Core.Logins;

/// <summary>The vendors of an account, for its people: what they deliver, and whether they may at the moment.</summary>
/// <param name="database">Where logins and the catalogue are.</param>
/// <param name="logins">Logins.</param>
/// <param name="own">The logins of an account.</param>
public sealed class AccountVendors(WaybillDatabase database, LoginService logins, AccountLogins own)
{
    /// <summary>Files that are shown of a vendor.</summary>
    public const int FilesShown = 3;

    /// <summary>How a suspension by the account begins: what the provider suspended is not the account's to resume.</summary>
    internal const string ByAccount = "by the account: ";

    /// <summary>Lists the vendors by user name, with what they delivered among the account's newest files.</summary>
    public async ValueTask<Page<VendorView>> ListAsync(AccountAccess access, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        var page = await own.ListAsync(access, LoginKind.Vendor, size, after, cancellationToken).ConfigureAwait(false);
        var files = await database.ReadAsync(
            connection => CatalogueSql.AccountId(connection, access.Account) is not { } account ? [] : connection.All(
                $"""
                SELECT f.path, f.size, f.arrived_at FROM (SELECT * FROM file WHERE account_id = @account ORDER BY arrived_at DESC LIMIT {AccountFileLimits.NewLookedAt}) f
                WHERE f.gone_at IS NULL AND f.path > '/vendors/' AND f.path < '/vendors0' AND f.protocol <> 'report' ORDER BY f.arrived_at DESC
                """,
                static row => new NewFile(row.GetString(0), row.GetInt64(1), row.Time(2)), ("@account", account)),
            cancellationToken).ConfigureAwait(false);
        return new Page<VendorView>(
            [
                .. page.Items.Select(login => new VendorView(
                    login, [.. files.Where(file => file.Path.StartsWith($"/vendors/{login.Vendor}/", StringComparison.Ordinal)).Take(FilesShown)],
                    IsByAccount(login))),
            ],
            page.Next);
    }

    /// <summary>Whether the account itself has suspended a login, and may resume it.</summary>
    public static bool IsByAccount(Login login) => login.Status == LoginStatus.Suspended && login.StatusReason?.StartsWith(ByAccount, StringComparison.Ordinal) == true;

    /// <summary>Stops a vendor's login until it is resumed; its sessions end, and its people see no files.</summary>
    public async ValueTask<Outcome> SuspendAsync(AccountAccess access, string userName, string? reason, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var found = await FindAsync(access, userName, cancellationToken).ConfigureAwait(false);
        return found.Succeeded
            ? new Outcome((await logins.SuspendAsync(found.Value.UserName, ByAccount + (string.IsNullOrWhiteSpace(reason) ? actor.Name : reason.Trim()), actor, cancellationToken).ConfigureAwait(false)).Problem)
            : found.Problem;
    }

    /// <summary>Lets a vendor's login work again that the account itself has suspended.</summary>
    public async ValueTask<Outcome> ResumeAsync(AccountAccess access, string userName, Actor actor, CancellationToken cancellationToken = default)
    {
        var found = await FindAsync(access, userName, cancellationToken).ConfigureAwait(false);
        return found.Succeeded
            ? new Outcome((await logins.ResumeByAccountAsync(found.Value.UserName, actor, cancellationToken).ConfigureAwait(false)).Problem)
            : found.Problem;
    }

    /// <summary>Finds a vendor's login of the account.</summary>
    public async ValueTask<Result<Login>> FindAsync(AccountAccess access, string userName, CancellationToken cancellationToken = default)
    {
        var found = await own.FindAsync(access, userName, cancellationToken).ConfigureAwait(false);
        return found.Succeeded && found.Value.Kind != LoginKind.Vendor ? Problem.NotFound("The account has no such vendor.") : found;
    }
}
