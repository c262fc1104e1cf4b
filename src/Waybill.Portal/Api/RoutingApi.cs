using Microsoft.AspNetCore.Http;
using Waybill.Core.Feeds;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Publishing files whose folders and names say which account and feed they are for, as <c>publish --route</c>.</summary>
internal static class RoutingApi
{
    private const string Publish = "feeds:publish";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Post<RoutedRunView>("/v1/publications/routed", "publishRouted", Publish, "Publish each file to the account that its folder or its name means (Feeds:Routes).", RouteAsync).Creates() with
        {
            Upload = "multipart/form-data",
            Query =
            [
                ApiParameter.Text("feed", "the feed of files that neither their folder nor their pattern names one for"), ApiParameter.Text("by", "a parent account publishes, to its children only"),
                ApiParameter.Flag("replace", "replace files of the same names; needs a reason"), ApiParameter.Text("reason", "why, for the audit"),
            ],
            Notes = "A file's name may have folders, as 10042/cdr/june.csv. Files of an account and feed that differ only in their file type are a set, which appears as a whole. 201 is that all is " +
                "published; 202 that a set is held or was refused, or a file is left: the answer says which, and why.",
        },
    ];

    private static async ValueTask<ApiAnswer> RouteAsync(ApiCall call)
    {
        List<RoutableFile> files = [];
        List<UnroutedFile> left = [];
        foreach (var file in call.Body<ApiUpload>().Files)
        {
            var parts = file.Name.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0 || UnfinishedNames.Has(parts[^1]))
            {
                left.Add(new UnroutedFile(file.Name, "its name says that it is hidden or still being written"));
            }
            else
            {
                files.Add(new RoutableFile(file.Name, parts[^1], parts[..^1], file.Open));
            }
        }

        var plan = await call.Get<FeedRouter>().RouteAsync(files, call.Text("feed"), call.Cancel);
        if (!plan.Succeeded)
        {
            return plan.Problem;
        }

        List<RoutedSetView> sets = [];
        var requests = plan.Value.Sets.Select(set => set with { By = call.Text("by"), Replace = call.Flag("replace"), Reason = call.Text("reason") }).ToList();
        await foreach (var report in call.Get<FeedPublisher>().PublishAllAsync(requests, call.Actor, call.Cancel))
        {
            var request = requests[sets.Count];
            sets.Add(new RoutedSetView(request.Account, request.Feed, report.Value is { } published ? FeedsApi.View(published) : null, report.Problem?.Message));
        }

        left.AddRange(plan.Value.Unrouted);
        var isAll = left.Count == 0 && sets.TrueForAll(static set => set.Problem is null && set.Publication?.State != PublicationState.Held);
        return ApiAnswer.Of(new RoutedRunView(sets, left)) with { Status = isAll ? null : StatusCodes.Status202Accepted };
    }

    internal sealed record RoutedRunView(IReadOnlyList<RoutedSetView> Sets, IReadOnlyList<UnroutedFile> Unrouted);

    internal sealed record RoutedSetView(string Account, string Feed, FeedsApi.PublicationView? Publication, string? Problem);
}
