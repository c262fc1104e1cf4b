using System.Collections.Frozen;
using Waybill.Core.Database;
using static Waybill.Core.People.PortalOperation;

namespace Waybill.Core.People;

/// <summary>
/// The one table of which people may do what in the portal. docs/operations/permissions.md shows it, and a test compares every cell. Reading:
/// S support, B billing, A administrator, U auditor; O owner, M member, V vendor contact (of the vendor's own folder, login and keys), w staff who view the account.
/// </summary>
public static class PortalPermissions
{
    private const string Letters = "SBAUOMVw";

    private static readonly FrozenDictionary<PortalOperation, PermissionRow> Table = new PermissionRow[]
    {
        // At the provider.
        new(SeeHealth, "SBAU", "see what is wrong now"),
        new(SeeRequests, "SAU", "read requests for access"),
        new(DecideRequests, "SA", "approve, reject, ask back, invite"),
        new(SeeAccounts, "SBAU", "list and show accounts"),
        new(ChangeAccounts, "SA", "add, suspend, resume accounts"),
        new(CloseAccounts, "A", "close accounts for good"),
        new(SetPortalFiles, "A", "set whether an account's people may use its files in the portal"),
        new(SeeLogins, "SBAU", "list and show logins"),
        new(ChangeLogins, "SA", "add, suspend, resume, remove logins, set where they may come from and what they may do with numbers"),
        new(SeeKeys, "SAU", "list the keys of logins, see how their passwords are used"),
        new(ChangeKeys, "SA", "add and revoke keys, hand generated ones over, set and remove passwords"),
        new(SeeConnections, "SAU", "see why somebody cannot connect"),
        new(ClearPenalties, "SA", "clear what keeps an address out"),
        new(SeeSessions, "SAU", "list sessions"),
        new(EndSessions, "SA", "end a session"),
        new(SeeFeeds, "SBAU", "see feeds, subscriptions, expectations, rules for arrivals and the collect right"),
        new(ChangeFeeds, "BA", "set subscriptions, expectations, rules for arrivals and the collect right"),
        new(Publish, "BA", "publish files, recall them"),
        new(SeeHeld, "SBAU", "list what is held"),
        new(DecideHeld, "BA", "release and discard what is held"),
        new(SeeReceipts, "SBAU", "read delivery receipts of all accounts"),
        new(SeeRetention, "SBAU", "read plans and runs of retention"),
        new(ChangeRetention, "A", "set policies, run retention"),
        new(SeeHolds, "SBAU", "list legal holds"),
        new(ChangeHolds, "A", "set and remove legal holds"),
        new(SeeQuotas, "SBAU", "see quotas and what is stored"),
        new(ChangeQuotas, "A", "set quotas"),
        new(SeeBalances, "SBAU", "see balances and ledgers of accounts"),
        new(ChangeBalances, "BA", "set when a balance is low"),
        new(SeePorting, "SBAU", "see orders of porting, their letters, and the calendar"),
        new(DecidePorting, "SA", "take, reject, accept, schedule, complete and cancel orders of porting; set days of the calendar"),
        new(SeeNumbers, "SBAU", "see ranges and numbers, and what happened to them"),
        new(ChangeNumbers, "SA", "give numbers to accounts, say how many these take and where they may point them, set and take them back, answer emergency records"),
        new(ChangeNumberRanges, "BA", "add and price ranges of numbers"),
        new(SeeNotifications, "SAU", "see what was told to whom"),
        new(RetryNotifications, "SA", "send what did not get away again"),
        new(SearchAudit, "AU", "search the audit log"),
        new(ExportAudit, "AU", "verify and export the audit log"),
        new(SeePeople, "SAU", "list and show people"),
        new(ChangePeople, "SA", "add, suspend, invite, reset and remove people of accounts"),
        new(ChangeStaff, "A", "do the same with people of the provider, grant roles there"),
        new(ViewAsCustomer, "SA", "look at an account as its customer sees it"),

        // At an account.
        new(SeeOwnAccount, "OMw", "show the account"),
        new(ListFiles, "OMVw", "list its files, see what is new", PortalFiles.Read),
        new(DownloadFiles, "OMV", "download its files", PortalFiles.Read),
        new(WriteFiles, "OMV", "upload, rename and remove its files", PortalFiles.ReadWrite),
        new(SeeOwnReceipts, "OMw", "read its delivery receipts"),
        new(SeeOwnRetention, "OMw", "see what retention will remove of it"),
        new(SeeOwnBalance, "OMw", "see its balance and ledger"),
        new(SeeOwnPorting, "OMw", "see its orders of porting and their letters"),
        new(ChangeOwnPorting, "OM", "make, change, send and cancel its orders of porting"),
        new(SeeOwnNumbers, "OMw", "see its numbers and what is set for them"),
        new(ChangeOwnNumbers, "OM", "take, set and give back numbers"),
        new(SeeOwnKeys, "OMVw", "see its logins and their keys"),
        new(ChangeOwnKeys, "OMV", "add and revoke keys, say that somebody else may have one"),
        new(ChangeOwnLogins, "O", "set what its logins may do with numbers"),
        new(GetPack, "OMVw", "get the connection pack"),
        new(SeeOwnConnections, "OMVw", "see why it cannot connect"),
        new(SeeOwnPeople, "OMw", "see the account's people"),
        new(ChangeOwnPeople, "O", "invite people to the account, take their roles there away"),
        new(SeeOwnVendors, "OMw", "see its vendors and what they deliver"),
        new(ChangeOwnVendors, "O", "ask for vendor logins, invite a vendor's person, suspend a vendor"),
        new(SeeOwnViews, "OMw", "read who at the provider has looked at the account"),
    }.ToFrozenDictionary(static row => row.Operation);

    /// <summary>All rows, in the order of the table.</summary>
    public static IReadOnlyList<PermissionRow> All { get; } = [.. Table.Values.OrderBy(static row => row.Operation)];

    /// <summary>The row of an operation.</summary>
    public static PermissionRow Of(PortalOperation operation) => Table[operation];

    /// <summary>Whether a role may do an operation, at its own place.</summary>
    public static bool Allows(PortalOperation operation, PersonRole role) => Table[operation].Who.Contains(Letters[(int)role], StringComparison.Ordinal);

    /// <summary>Whether staff who view an account as its customer see it may do an operation there.</summary>
    public static bool AllowsViewer(PortalOperation operation) => Table[operation].Who.Contains(Letters[^1], StringComparison.Ordinal);

    /// <summary>The word of an operation in documents and answers of the API.</summary>
    public static string WordOf(PortalOperation operation) =>
        string.Concat(operation.ToString().Select(static (c, index) => char.IsAsciiLetterUpper(c) && index > 0 ? "-" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    /// <summary>The name of a role in a message.</summary>
    internal static string Name(PersonRole role) => role == PersonRole.Vendor ? "vendor contact" : role.ToWord();
}
