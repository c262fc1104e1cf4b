namespace Waybill.Core.People;

/// <summary>What people can do in the portal; <see cref="PortalPermissions"/> says by whom, and what each is. Programs have <see cref="Tokens.ApiScope"/>.</summary>
public enum PortalOperation
{
    /// <summary>See what is wrong now.</summary>
    SeeHealth,

    /// <summary>Read requests for access.</summary>
    SeeRequests,

    /// <summary>Approve, reject, ask back, invite.</summary>
    DecideRequests,

    /// <summary>List and show accounts.</summary>
    SeeAccounts,

    /// <summary>Add, suspend, resume accounts.</summary>
    ChangeAccounts,

    /// <summary>Close accounts for good.</summary>
    CloseAccounts,

    /// <summary>Set whether an account's people may use its files in the portal.</summary>
    SetPortalFiles,

    /// <summary>List and show logins.</summary>
    SeeLogins,

    /// <summary>Add, suspend, resume, remove logins.</summary>
    ChangeLogins,

    /// <summary>List the keys of logins, see how their passwords are used.</summary>
    SeeKeys,

    /// <summary>Add and revoke keys of logins, hand generated ones over, set and remove passwords.</summary>
    ChangeKeys,

    /// <summary>See why somebody cannot connect.</summary>
    SeeConnections,

    /// <summary>Clear what keeps an address out.</summary>
    ClearPenalties,

    /// <summary>List sessions of protocols and of the portal.</summary>
    SeeSessions,

    /// <summary>End a session.</summary>
    EndSessions,

    /// <summary>See feeds, subscriptions and expectations.</summary>
    SeeFeeds,

    /// <summary>Set subscriptions and expectations.</summary>
    ChangeFeeds,

    /// <summary>Publish files and recall them.</summary>
    Publish,

    /// <summary>List what is held.</summary>
    SeeHeld,

    /// <summary>Release and discard what is held.</summary>
    DecideHeld,

    /// <summary>Read delivery receipts of all accounts.</summary>
    SeeReceipts,

    /// <summary>Read plans and runs of retention.</summary>
    SeeRetention,

    /// <summary>Set policies, and run retention.</summary>
    ChangeRetention,

    /// <summary>List legal holds.</summary>
    SeeHolds,

    /// <summary>Set and remove legal holds.</summary>
    ChangeHolds,

    /// <summary>See quotas and what is stored.</summary>
    SeeQuotas,

    /// <summary>Set quotas.</summary>
    ChangeQuotas,

    /// <summary>See balances and ledgers.</summary>
    SeeBalances,

    /// <summary>Set when a balance is low.</summary>
    ChangeBalances,

    /// <summary>See orders of porting.</summary>
    SeePorting,

    /// <summary>Decide orders of porting.</summary>
    DecidePorting,

    /// <summary>See ranges and numbers, and what happened to them.</summary>
    SeeNumbers,

    /// <summary>Give numbers to accounts, set and take them back, answer emergency records.</summary>
    ChangeNumbers,

    /// <summary>Add and price ranges of numbers.</summary>
    ChangeNumberRanges,

    /// <summary>See what was told to whom.</summary>
    SeeNotifications,

    /// <summary>Send what did not get away again.</summary>
    RetryNotifications,

    /// <summary>Search the audit log.</summary>
    SearchAudit,

    /// <summary>Verify and export the audit log.</summary>
    ExportAudit,

    /// <summary>List and show people.</summary>
    SeePeople,

    /// <summary>Add, suspend, invite, reset and remove people of accounts.</summary>
    ChangePeople,

    /// <summary>Do the same with people of the provider, and grant roles there.</summary>
    ChangeStaff,

    /// <summary>Look at an account as its customer sees it.</summary>
    ViewAsCustomer,

    /// <summary>Show the account.</summary>
    SeeOwnAccount,

    /// <summary>List its files, and what is new.</summary>
    ListFiles,

    /// <summary>Download its files.</summary>
    DownloadFiles,

    /// <summary>Upload, rename and remove its files, as the layout of the vault lets the login do.</summary>
    WriteFiles,

    /// <summary>Read its delivery receipts.</summary>
    SeeOwnReceipts,

    /// <summary>See what retention will remove of it.</summary>
    SeeOwnRetention,

    /// <summary>See its balance and ledger.</summary>
    SeeOwnBalance,

    /// <summary>See its orders of porting.</summary>
    SeeOwnPorting,

    /// <summary>Make, change, send and cancel orders of porting.</summary>
    ChangeOwnPorting,

    /// <summary>See its numbers and what is set for them.</summary>
    SeeOwnNumbers,

    /// <summary>Take, set and give back numbers.</summary>
    ChangeOwnNumbers,

    /// <summary>See its logins and their keys.</summary>
    SeeOwnKeys,

    /// <summary>Add and revoke keys, and say that somebody else may have one.</summary>
    ChangeOwnKeys,

    /// <summary>To set what the account's logins may do with numbers.</summary>
    ChangeOwnLogins,

    /// <summary>Get the connection pack.</summary>
    GetPack,

    /// <summary>See why it cannot connect.</summary>
    SeeOwnConnections,

    /// <summary>See the account's people.</summary>
    SeeOwnPeople,

    /// <summary>Invite people to the account, and take their roles there away.</summary>
    ChangeOwnPeople,

    /// <summary>See the account's vendors and what they deliver.</summary>
    SeeOwnVendors,

    /// <summary>Ask for vendor logins, invite a vendor's person, suspend a vendor.</summary>
    ChangeOwnVendors,

    /// <summary>Read who at the provider has looked at the account.</summary>
    SeeOwnViews,
}
