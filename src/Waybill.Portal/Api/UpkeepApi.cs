using Waybill.Core;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>How the server is, what is wrong with it now, and what it does by itself.</summary>
internal static class UpkeepApi
{
    private const string Read = "sessions:read";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<ServerStatus>("/v1/status", "showStatus", Read, "Show how the server is.", Status),
        Get<Page<HealthFinding>>("/v1/findings", "listFindings", Read, "List what the server's checks found: what is wrong now, and what to do about it.", FindingsAsync) with
        {
            Notes = "The checks of `waybill doctor` that a running server can afford; those that cost much are up to a minute old.",
        },
        Get<Page<ServerJob>>("/v1/schedule", "listSchedule", Read, "List what the server does by itself, when each job is due next, and how it ended last.", ScheduleAsync),
    ];

    private static ValueTask<ApiAnswer> Status(ApiCall call) => new(ApiAnswer.Of(call.Get<IRunningServer>().Status));

    private static async ValueTask<ApiAnswer> FindingsAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Whole(await call.Get<IServerHealth>().LookAsync(call.Cancel)));

    private static async ValueTask<ApiAnswer> ScheduleAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Whole(await call.Get<IServerSchedule>().ListAsync(call.Cancel)));
}
