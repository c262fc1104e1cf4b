using System.Net;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Diagnosis;
using Waybill.Core.Keys;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Live sessions, penalties, and why somebody cannot connect.</summary>
internal static class SessionsApi
{
    private const string Read = "sessions:read";
    private const string Write = "sessions:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<ServerSession>>("/v1/sessions", "listSessions", Read, "List the sessions of the running server.", List, ApiPaging.With(ApiParameter.Text("account", "of one account only"), ApiParameter.Text("user", "of one login only"))),
        Post<ServerSession>("/v1/sessions/{session}/end", "endSession", Write, "End a session.", EndAsync, typeof(ReasonBody)),
        Get<Page<SourcePenalty>>("/v1/penalties", "listPenalties", Read, "List sources that are refused for a while because they kept failing.", Penalties, ApiPaging.Parameters),
        Post<ForgivenView>("/v1/penalties/clear", "clearPenalties", Write, "Forgive one source, or all: they may connect again at once.", ForgiveAsync, typeof(ForgiveBody)),
        Get<DiagnosisView>("/v1/why", "explain", Read, "Say why somebody cannot connect: what stands against them, what the server saw, and what to do.", ExplainAsync, ApiParameter.Text("subject", "a user name, an address, or the reference that the client has read") with { IsRequired = true }),
    ];

    private static ValueTask<ApiAnswer> List(ApiCall call)
    {
        var (account, user) = (call.Text("account"), call.Text("user"));
        return new(ApiAnswer.Of(ApiPaging.Cut(call, call.Get<IRunningServer>().Sessions.Where(session =>
            (account is null || string.Equals(session.Account, account, StringComparison.OrdinalIgnoreCase)) && (user is null || string.Equals(session.User, user, StringComparison.OrdinalIgnoreCase))), static session => session.Id)));
    }

    private static async ValueTask<ApiAnswer> EndAsync(ApiCall call)
    {
        var (server, id) = (call.Get<IRunningServer>(), call.Path("session"));
        if (server.Sessions.FirstOrDefault(each => each.Id == id) is not { } session)
        {
            return ApiProblem.NotFound("There is no session of that id. GET /v1/sessions lists those that there are.");
        }

        var reason = call.Body<ReasonBody>().Reason is { Length: > 0 } text ? ": " + text : "";

        // Recorded first: no session is ended without a row.
        var recorded = await call.Get<AuditLog>().AppendAsync(
            new AuditEntry(AuditActions.SessionKicked, call.Actor) { Account = session.Account, Subject = session.User, Detail = $"session {session.Id} from {session.Source}{reason}" }, call.Cancel);
        if (!recorded.Succeeded)
        {
            return recorded.Problem;
        }

        server.Kick(id, "an operator ended it");
        return ApiAnswer.Of(session);
    }

    private static ValueTask<ApiAnswer> Penalties(ApiCall call) => new(ApiAnswer.Of(ApiPaging.Cut(call, call.Get<IRunningServer>().Penalties, static penalty => penalty.Source)));

    private static async ValueTask<ApiAnswer> ForgiveAsync(ApiCall call)
    {
        var text = call.Body<ForgiveBody>().Address;
        IPAddress? address = null;
        if (text is not null && !IPAddress.TryParse(text, out address))
        {
            return ApiProblem.Invalid("address is no address. Write it as 192.0.2.1, or leave it out for all.");
        }

        // Recorded first: nobody is forgiven without a row.
        var recorded = await call.Get<AuditLog>().AppendAsync(new AuditEntry(AuditActions.PenaltiesCleared, call.Actor) { Subject = address?.ToString() }, call.Cancel);
        return recorded.Succeeded ? ApiAnswer.Of(new ForgivenView(call.Get<IRunningServer>().Forgive(address))) : recorded.Problem;
    }

    private static async ValueTask<ApiAnswer> ExplainAsync(ApiCall call) => ApiAnswer.Of(
        await call.Get<DiagnosisService>().ExplainAsync(call.Text("subject")!, call.Get<IRunningServer>().Penalties, call.Cancel),
        static found => new DiagnosisView(
            found.Subject, found.UserName, found.Account, found.Findings,
            [.. found.Offered.Select(View)], found.Refused));

    internal static OfferedView View(OfferedKey key) => new(key.Sha256, key.Type, key.Bits, key.First, key.Last, key.Times, key.Address, key.Client);

    internal sealed record ForgiveBody(string? Address = null);

    internal sealed record ForgivenView(int Count);

    internal sealed record DiagnosisView(
        string Subject, string? UserName, string? Account, IReadOnlyList<DiagnosisFinding> Findings, IReadOnlyList<OfferedView> Offered, IReadOnlyList<RefusedConnection> Refused);

    internal sealed record OfferedView(string Sha256, string Type, int Bits, DateTimeOffset First, DateTimeOffset Last, long Times, string Address, string Client);
}
