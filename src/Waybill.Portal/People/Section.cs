using Waybill.Core.People;

namespace Waybill.Portal.People;

/// <summary>A page that has a link above every page.</summary>
/// <param name="Path">Its address; at an account what follows <c>/account/NUMBER</c>.</param>
/// <param name="Text">The key of its name.</param>
/// <param name="Operation">Who sees the link: whoever may do this.</param>
internal sealed record Section(string Path, string Text, PortalOperation Operation)
{
    /// <summary>The provider's pages, in their order.</summary>
    public static IReadOnlyList<Section> Staff { get; } =
    [
        new("/staff", "NavNow", PortalOperation.SeeHealth),
        new("/staff/requests", "NavRequests", PortalOperation.SeeRequests),
        new("/staff/why", "NavWhy", PortalOperation.SeeConnections),
        new("/staff/accounts", "NavAccounts", PortalOperation.SeeAccounts),
        new("/staff/logins", "NavLogins", PortalOperation.SeeLogins),
        new("/staff/numbers", "NavNumbers", PortalOperation.SeeNumbers),
        new("/staff/sessions", "NavSessions", PortalOperation.SeeSessions),
        new("/staff/porting", "NavPorting", PortalOperation.SeePorting),
        new("/staff/people", "NavPeople", PortalOperation.SeePeople),
        new("/staff/feeds", "NavFeeds", PortalOperation.SeeFeeds),
        new("/staff/receipts", "NavReceipts", PortalOperation.SeeReceipts),
        new("/staff/held", "NavHeld", PortalOperation.SeeHeld),
        new("/staff/retention", "NavRetention", PortalOperation.SeeRetention),
        new("/staff/notifications", "NavNotifications", PortalOperation.SeeNotifications),
        new("/staff/audit", "NavAudit", PortalOperation.SearchAudit),
    ];

    /// <summary>The pages of an account, in their order.</summary>
    public static IReadOnlyList<Section> Account { get; } =
    [
        new("", "NavAccount", PortalOperation.SeeOwnAccount),
        new("/files", "NavFiles", PortalOperation.ListFiles),
        new("/logins", "NavLogins", PortalOperation.SeeOwnKeys),
        new("/numbers", "NavNumbers", PortalOperation.SeeOwnNumbers),
        new("/vendors", "NavVendors", PortalOperation.SeeOwnVendors),
        new("/receipts", "NavReceipts", PortalOperation.SeeOwnReceipts),
        new("/retention", "NavRetention", PortalOperation.SeeOwnRetention),
        new("/balance", "NavBalance", PortalOperation.SeeOwnBalance),
        new("/porting", "NavPorting", PortalOperation.SeeOwnPorting),
        new("/people", "NavPeople", PortalOperation.SeeOwnPeople),
        new("/views", "NavViews", PortalOperation.SeeOwnViews),
    ];
}
