namespace Waybill.Core.Tokens;

/// <summary>What a token may do: a room of the REST API, to look only or to change too.</summary>
/// <param name="Word">As it is given and stored, as <c>accounts:read</c>.</param>
/// <param name="What">In words.</param>
/// <param name="OfAccount">Whether a token of one account may have it; the others concern all accounts.</param>
public sealed record ApiScope(string Word, string What, bool OfAccount)
{
    /// <summary>All there are. A scope that writes does not read: a billing system that only publishes learns nothing.</summary>
    public static IReadOnlyList<ApiScope> All { get; } =
    [
        new("accounts:read", "accounts and logins, their state and last use", OfAccount: true),
        new("accounts:write", "add, suspend, resume and close accounts and logins", OfAccount: false),
        new("keys:read", "keys of logins, what was offered in vain, and how their passwords are used", OfAccount: true),
        new("keys:write", "install and revoke keys, set and remove passwords", OfAccount: true),
        new("requests:read", "access requests with their checks", OfAccount: false),
        new("requests:write", "enter and decide access requests", OfAccount: false),
        new("sessions:read", "live sessions, and why somebody cannot connect", OfAccount: false),
        new("sessions:write", "end sessions, forgive penalties", OfAccount: false),
        new("feeds:publish", "publish, replace and recall files", OfAccount: false),
        new("children:publish", "publish files as a parent account, to its children", OfAccount: true),
        new("files:read", "the catalogue, held files, and delivery receipts", OfAccount: true),
        new("vault:read", "list the folders of an account and fetch its files, as its customers do", OfAccount: true),
        new("vault:write", "upload, rename and remove files and folders where its customers may", OfAccount: true),
        new("inbound:collect", "list, claim, fetch, confirm and reject what was delivered", OfAccount: false),
        new("retention:read", "what would go and what is held back", OfAccount: true),
        new("retention:write", "policies, holds and runs", OfAccount: false),
        new("people:read", "people and their roles at accounts", OfAccount: false),
        new("people:write", "add, invite, suspend and remove people without a role at the provider", OfAccount: false),
        new("notifications:read", "notifications and web hooks", OfAccount: false),
        new("notifications:write", "try notifications again, add and remove web hooks", OfAccount: false),
        new("billing:read", "balances and ledgers of accounts", OfAccount: true),
        new("billing:write", "push entries of ledgers, set when a balance is low", OfAccount: false),
        new("numbers:read", "telephone numbers, what is set for them and what happened to them", OfAccount: true),
        new("numbers:write", "take, set and give back telephone numbers; ranges and porting", OfAccount: true),
        new("numbers:switch", "what a switch needs of a number, with PIN and passwords of targets", OfAccount: false),
        new("porting:read", "orders of porting, their letters, and the calendar", OfAccount: true),
        new("porting:write", "make, change, send and cancel orders of porting", OfAccount: true),
        new("porting:decide", "take, reject, accept, schedule and complete orders of porting; days of the calendar", OfAccount: false),
        new("audit:read", "the audit log", OfAccount: true),
    ];

    /// <summary>The scope of that word; null if there is none.</summary>
    public static ApiScope? Find(string word) => All.FirstOrDefault(scope => scope.Word == word);
}
