using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.People;

namespace Waybill.Core.Logins;

/// <summary>The logins of an account for its people: a vendor contact has those of the own vendors alone, and whatever else there is is not found.</summary>
/// <param name="database">Where they are kept.</param>
public sealed class AccountLogins(WaybillDatabase database)
{
    /// <summary>Lists them by user name.</summary>
    /// <param name="access">What somebody may do at the account.</param>
    /// <param name="kind">Only those of this kind; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Login>> ListAsync(AccountAccess access, LoginKind? kind = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        size = Page<Login>.Clamp(size);
        return database.ReadAsync(
            connection =>
            {
                if (access.Vendors is { } vendors)
                {
                    return new Page<Login>([.. vendors.Select(vendor => LoginSql.Find(connection, $"{access.Account}-{vendor}")).OfType<Login>().Where(login => IsTheirs(login, access))], null);
                }

                var rows = connection.All(
                    $"{LoginSql.Select} WHERE l.account_id = (SELECT id FROM account WHERE number_key = @account) AND l.user_key > @after AND (@kind IS NULL OR l.kind = @kind) ORDER BY l.user_key LIMIT @limit",
                    LoginSql.Read, ("@account", AccountNumber.Fold(access.Account)), ("@after", after ?? ""), ("@kind", kind?.ToWord()), ("@limit", size + 1));
                return new Page<Login>([.. rows.Take(size)], rows.Count > size ? UserName.Fold(rows[size - 1].UserName) : null);
            },
            cancellationToken);
    }

    /// <summary>Finds one of them.</summary>
    public async ValueTask<Result<Login>> FindAsync(AccountAccess access, string userName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        return await database.ReadAsync(connection => LoginSql.Find(connection, userName), cancellationToken).ConfigureAwait(false) is { } login && IsTheirs(login, access)
            ? login
            : Problem.NotFound("The account has no such login.");
    }

    private static bool IsTheirs(Login login, AccountAccess access) =>
        login.Account is { } account && string.Equals(account, access.Account, StringComparison.OrdinalIgnoreCase)
        && (access.Vendors is null || (login is { Kind: LoginKind.Vendor, Vendor: { } vendor } && access.Covers(vendor)));
}
