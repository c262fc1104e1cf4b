using Waybill.Core;
using Waybill.Core.People;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Sessions of people in the portal, and who looked at an account as its customer.</summary>
internal static class PortalSessionsApi
{
    private const string Read = "sessions:read";
    private const string Write = "sessions:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<PortalSessionView>>("/v1/portal-sessions", "listPortalSessions", Read, "List who is signed in to the portal, the newest first.", ListAsync, ApiPaging.Parameters),
        Post<PortalSessionView>("/v1/portal-sessions/{session:long}/end", "endPortalSession", Write, "Sign somebody out of the portal.", EndAsync) with
        {
            Notes = "Not somebody with a role at the provider: that is an administrator's to do.",
        },
        Get<Page<ViewingView>>("/v1/accounts/{number}/views", "listAccountViews", "accounts:read", "List who at the provider looked at an account as its customer, and why, the newest first.", ViewsAsync, ApiPaging.Parameters),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) =>
        ApiAnswer.Of(ApiPaging.Of(await call.Get<PeopleServices>().Sessions.ListAsync(call.Limit, call.After, call.Cancel), View));

    private static async ValueTask<ApiAnswer> EndAsync(ApiCall call)
    {
        var (sessions, id) = (call.Get<PeopleServices>().Sessions, call.PathNumber("session"));
        return await sessions.FindAsync(id, call.Cancel) is { Person: { IsStaff: true } person }
            ? new Problem(ProblemKind.Refused, PeopleApi.OfStaff(person))
            : ApiAnswer.Of(await sessions.EndAsync(id, null, call.Actor, call.Cancel), View);
    }

    private static async ValueTask<ApiAnswer> ViewsAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(ApiPaging.Of(await call.Get<PeopleServices>().Sessions.ViewsAsync(account.Value.Number, call.Limit, call.After, call.Cancel), View))
            : account.Problem;
    }

    private static PortalSessionView View(PortalSession session) => new(
        session.Id, session.Person.Email, session.Person.Name, session.Created, session.LastUsed, session.Ends, session.Source, session.Agent, session.View?.Account);

    private static ViewingView View(AccountView view) => new(view.Id, view.Account, view.Viewer, view.Reason, view.Began, view.Until, view.Ended);

    internal sealed record ViewingView(long Id, string Account, string Viewer, string Reason, DateTimeOffset Began, DateTimeOffset Until, DateTimeOffset? Ended);

    internal sealed record PortalSessionView(
        long Id, string Email, string Name, DateTimeOffset Created, DateTimeOffset LastUsed, DateTimeOffset Ends, string Source, string Agent, string? ViewsAccount);
}
