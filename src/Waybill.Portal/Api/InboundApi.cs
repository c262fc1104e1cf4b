using System.Globalization;
using Waybill.Core.Inbound;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>What customers and vendors delivered, for the back office: each file once.</summary>
internal static class InboundApi
{
    private const string Scope = "inbound:collect";
    private const int Lease = 15;

    /// <summary>Characters of a worker's name.</summary>
    internal const int WorkerLength = 64;

    /// <summary>Minutes that a claim may last.</summary>
    internal const int LongestLease = 24 * 60;

    private const string Worker = "Who claims is the token; programs that work side by side with one token each say another name in the query's as.";

    private static readonly ApiParameter As = ApiParameter.Text("as", "which of several programs with this token it is");

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<InboundPage>("/v1/inbound", "listInbound", Scope, "List delivered files in the order in which they were offered.", ListAsync,
            ApiParameter.Number("since", "cursor of the page before; whoever follows it sees everything, since a file whose claim expired is offered anew"),
            ApiParameter.Number("limit", $"at most so many; {PortalLimits.ApiPage} unless given", 1, PortalLimits.ApiPageMaximum),
            ApiParameter.Word<InboundState>("state", "of this state only, also what never was offered; waiting unless given"), ApiParameter.Flag("all", "of every state, if it was offered"), ApiParameter.Text("account", "of one account only")),
        Get<InboundFile>("/v1/inbound/{file:long}", "showInbound", Scope, "Show a delivered file.", ShowAsync),
        Post<InboundFile>("/v1/inbound/{file:long}/claim", "claimInbound", Scope, "Claim a file: nobody else gets it until the lease is over. Claim again to prolong it.", ClaimAsync, typeof(ClaimBody)) with { Query = [As], Notes = Worker },
        Get<InboundFile>("/v1/inbound/{file:long}/content", "fetchInbound", Scope, "Fetch a file that is claimed.", FetchAsync, As) with { Response = null, Content = "application/octet-stream", Notes = Worker },
        Post<InboundFile>("/v1/inbound/{file:long}/confirm", "confirmInbound", Scope, "Confirm that a claimed file was taken over: it moves to its sender's /processed.", ConfirmAsync) with { Query = [As], Notes = Worker },
        Post<InboundFile>("/v1/inbound/{file:long}/reject", "rejectInbound", Scope, "Reject a claimed file: it moves to its sender's /rejected with the report beside it.", RejectAsync, typeof(ReportBody)) with { Query = [As], Notes = Worker },
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call)
    {
        InboundState? state = call.Flag("all") ? null : call.Word<InboundState>("state") ?? InboundState.Waiting;
        return ApiAnswer.Of(await call.Get<InboundService>().ListAsync(call.Number("since") ?? 0, call.Limit, state, call.Text("account"), call.Cancel));
    }

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await call.Get<InboundService>().FindAsync(call.PathNumber("file"), call.Cancel));

    private static async ValueTask<ApiAnswer> ClaimAsync(ApiCall call) =>
        call.Body<ClaimBody>().LeaseMinutes is var minutes and (< 1 or > LongestLease)
            ? ApiProblem.Invalid($"leaseMinutes is {minutes.ToString(CultureInfo.InvariantCulture)}; it is from 1 to {LongestLease}. Claim again to prolong a lease.")
            : Claimant(call) is { } claimant
                ? ApiAnswer.Of(await call.Get<InboundService>().ClaimAsync(call.PathNumber("file"), claimant, TimeSpan.FromMinutes(call.Body<ClaimBody>().LeaseMinutes), call.Actor, call.Cancel))
                : BadWorker;

    private static async ValueTask<ApiAnswer> ConfirmAsync(ApiCall call) =>
        Claimant(call) is { } claimant ? ApiAnswer.Of(await call.Get<InboundService>().ConfirmAsync(call.PathNumber("file"), claimant, call.Actor, call.Cancel)) : BadWorker;

    private static async ValueTask<ApiAnswer> RejectAsync(ApiCall call) =>
        Claimant(call) is { } claimant
            ? ApiAnswer.Of(await call.Get<InboundService>().RejectAsync(call.PathNumber("file"), claimant, call.Body<ReportBody>().Report, call.Actor, call.Cancel))
            : BadWorker;

    private static async ValueTask<ApiAnswer> FetchAsync(ApiCall call)
    {
        if (Claimant(call) is not { } claimant)
        {
            return BadWorker;
        }

        var opened = await call.Get<InboundService>().OpenAsync(call.PathNumber("file"), claimant, call.Actor, call.Cancel);
        if (!opened.Succeeded)
        {
            return opened.Problem;
        }

        var content = opened.Value;
        return ApiAnswer.Of(new ApiContent(new InboundStream(content), content.Size, content.File.Path[(content.File.Path.LastIndexOf('/') + 1)..])
        {
            Sent = async sent => await content.RecordAsync(sent),
        });
    }

    private static ApiAnswer BadWorker => ApiProblem.Invalid($"as is a name of at most {WorkerLength} letters, digits, dots, dashes and underscores.");

    /// <summary>Who claims, in the same words wherever it is shown; null when the worker's name is none.</summary>
    private static string? Claimant(ApiCall call) => call.Text("as") is not { } worker ? call.Actor.Name
        : worker.Length <= WorkerLength && worker.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') ? $"{call.Actor.Name}/{worker}" : null;

    internal sealed record ClaimBody(int LeaseMinutes = Lease);

    internal sealed record ReportBody(string Report);
}
