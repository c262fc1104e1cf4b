using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Feeds;

/// <summary>Parent accounts and their children: wholesale and retail.</summary>
internal static class Families
{
    /// <summary>Whether an account belongs to a parent that is active: a suspended one publishes nothing.</summary>
    public static bool IsChild(DatabaseConnection connection, string parent, Account account) =>
        account.Parent is not null && AccountNumber.Fold(account.Parent) == AccountNumber.Fold(parent)
        && AccountService.Find(connection, parent) is { Status: AccountStatus.Active };
}
