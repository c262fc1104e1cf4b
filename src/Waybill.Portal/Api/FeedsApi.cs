using Microsoft.AspNetCore.Http;
using Waybill.Core;
using Waybill.Core.Feeds;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Feeds: publishing, what is held, recalls, subscriptions, receipts.</summary>
internal static class FeedsApi
{
    private const string Publish = "feeds:publish";
    private const string PublishToChildren = "children:publish";
    private const string Read = "files:read";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<FeedView>>("/v1/feeds", "listFeeds", Read, "List the feeds that there are.", ListFeeds),
        Post<PublicationView>("/v1/publications", "publish", Publish, "Publish files to an account: all of them appear, or none. Duplicates are held.", PublishAsync).Creates() with
        {
            Upload = "multipart/form-data",
            Query =
            [
                ApiParameter.Text("account", "the account that gets them") with { IsRequired = true }, ApiParameter.Text("feed", "the feed, as cdr or invoice") with { IsRequired = true },
                ApiParameter.Text("by", "a parent account publishes, to its children only"), ApiParameter.Flag("replace", "replace files of the same names; needs a reason"), ApiParameter.Text("reason", "why, for the audit"),
            ],
            Notes = $"Each part of the body is a file with its name; at most {FeedLimits.SetFiles} files and {PortalLimits.ApiUpload >> 30} GiB. The answer is 201 when they are published, 202 when they are held, and 200 when the account has subscribed to none of them.",
        },
        Get<PublicationView>("/v1/publications/{publication:long}", "showPublication", Publish, "Show a publication.", ShowAsync),
        Post<PublicationView>("/v1/accounts/{number}/publications", "publishToChild", PublishToChildren, "Publish files as a parent account, to one of its children: all of them appear, or none.", PublishToChildAsync).Creates() with
        {
            Upload = "multipart/form-data",
            Query = [ApiParameter.Text("account", "the child that gets them") with { IsRequired = true }, ApiParameter.Text("feed", "the feed, as sir") with { IsRequired = true }],
            Notes = $"Each part of the body is a file with its name; at most {FeedLimits.SetFiles} files and {PortalLimits.ApiUpload >> 30} GiB. The answer is 201 when they are published, and 200 when the child has subscribed to none of them. What is there already refuses the whole set, and the child's quota holds.",
        },
        Get<PublicationView>("/v1/accounts/{number}/publications/{publication:long}", "showPublicationOfParent", PublishToChildren, "Show what a parent account has published.", ShowOfParentAsync),
        Get<Page<PublicationView>>("/v1/held", "listHeld", Publish, "List sets of files that are held, or were recalled, the oldest first.", ListHeldAsync, ApiPaging.With(
            ApiParameter.Flag("recalled", "what was recalled, instead of what is held"), ApiParameter.Text("account", "of one account only"))),
        Post<PublicationView>("/v1/publications/{publication:long}/release", "releaseHeld", Publish, "Publish a held set, in the place of files of the same names; or a recalled one again.", ReleaseAsync, typeof(ReasonBody)),
        Post<PublicationView>("/v1/publications/{publication:long}/discard", "discardHeld", Publish, "Remove a held or recalled set for good.", DiscardAsync, typeof(NeededReasonBody)),
        Post<RecallView>("/v1/recalls", "recall", Publish, "Take published files back: they leave the customer's folder and are kept, hidden. Says who had fetched them.", RecallAsync, typeof(RecallBody)).Creates(),
        Get<Page<Subscription>>("/v1/subscriptions", "listSubscriptions", Read, "List what accounts chose; one that is not listed gets everything.", ListSubscriptionsAsync, ApiPaging.With(ApiParameter.Text("account", "of one account only"))),
        Put<Page<Subscription>>("/v1/accounts/{number}/subscriptions", "setSubscriptions", Publish, "Set all that an account gets; two empty lists for everything.", SetSubscriptionsAsync, typeof(SubscriptionsBody)),
        Get<Page<Receipt>>("/v1/receipts", "listReceipts", Read, "List delivery receipts in the order in which the files came: what was published, and who first fetched it.", ListReceiptsAsync, ApiPaging.With(
            ApiParameter.Text("account", "of one account only"), ApiParameter.Text("feed", "of one feed only"), ApiParameter.Number("publication", "of one publication only"),
            ApiParameter.Text("by", "as this parent account sees them"), ApiParameter.Time("since", "published then or later"), ApiParameter.Flag("unfetched", "only files that are there and that nobody fetched"))),
    ];

    private static ValueTask<ApiAnswer> ListFeeds(ApiCall call) => new(ApiAnswer.Of(ApiPaging.Whole(
        call.Get<FeedTypes>().All.Select(static feed => new FeedView(feed.Name, feed.Folder, feed.FileTypes)))));

    private static ValueTask<ApiAnswer> PublishAsync(ApiCall call) =>
        PublishAsync(call, Request(call) with { By = call.Text("by"), Replace = call.Flag("replace"), Reason = call.Text("reason") });

    private static async ValueTask<ApiAnswer> PublishToChildAsync(ApiCall call)
    {
        var parent = await call.AccountAsync();
        return parent.Succeeded ? await PublishAsync(call, Request(call) with { By = parent.Value.Number, IsOfParentItself = true }) : parent.Problem;
    }

    private static async ValueTask<ApiAnswer> ShowOfParentAsync(ApiCall call)
    {
        var parent = await call.AccountAsync();
        return parent.Succeeded ? ApiAnswer.Of(await call.Get<FeedPublisher>().FindOfParentAsync(call.PathNumber("publication"), parent.Value.Number, call.Cancel), View) : parent.Problem;
    }

    private static PublishRequest Request(ApiCall call) => new(call.Text("account")!, call.Text("feed")!, call.Body<ApiUpload>().Files);

    private static async ValueTask<ApiAnswer> PublishAsync(ApiCall call, PublishRequest request)
    {
        var published = await call.Get<FeedPublisher>().PublishAsync(request, call.Actor, call.Cancel);
        if (!published.Succeeded)
        {
            return published.Problem;
        }

        var report = published.Value;
        return ApiAnswer.Of(View(report)) with
        {
            Status = report.Publication is null ? StatusCodes.Status200OK : report.State == PublicationState.Held ? StatusCodes.Status202Accepted : null,
        };
    }

    private static async ValueTask<ApiAnswer> ShowAsync(ApiCall call) => ApiAnswer.Of(await call.Get<FeedPublisher>().FindAsync(call.PathNumber("publication"), call.Cancel), View);

    private static async ValueTask<ApiAnswer> ListHeldAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(ApiPaging.Of(await call.Get<FeedPublisher>().ListSetAsideAsync(call.Flag("recalled"), call.Text("account"), call.Limit, call.After, call.Cancel), View));
    }

    private static async ValueTask<ApiAnswer> ReleaseAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<FeedPublisher>().ReleaseAsync(call.PathNumber("publication"), call.Body<ReasonBody>().Reason, call.Actor, call.Cancel), View);

    private static async ValueTask<ApiAnswer> DiscardAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<FeedPublisher>().DiscardAsync(call.PathNumber("publication"), call.Body<NeededReasonBody>().Reason, call.Actor, call.Cancel), View);

    private static async ValueTask<ApiAnswer> RecallAsync(ApiCall call)
    {
        var body = call.Body<RecallBody>();
        return ApiAnswer.Of(
            await call.Get<FeedPublisher>().RecallAsync(new RecallRequest(body.Reason) { Publication = body.Publication, Account = body.Account, Paths = body.Paths ?? [] }, call.Actor, call.Cancel),
            static report => new RecallView(report.Recall, report.Account, [.. report.Files.Select(static file => new RecalledView(file.Path, file.Size, file.Arrived, file.Fetches))]));
    }

    private static async ValueTask<ApiAnswer> ListSubscriptionsAsync(ApiCall call)
    {
        if (call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown)
        {
            return unknown.Problem;
        }

        return ApiAnswer.Of(await call.Get<SubscriptionService>().ListAsync(call.AccountAsked, call.Limit, call.After, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> SetSubscriptionsAsync(ApiCall call)
    {
        var body = call.Body<SubscriptionsBody>();
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(await call.Get<SubscriptionService>().SetAsync(account.Value.Number, body.Feeds, body.FileTypes, call.Actor, call.Cancel), static set => ApiPaging.Whole(set))
            : account.Problem;
    }

    private static async ValueTask<ApiAnswer> ListReceiptsAsync(ApiCall call)
    {
        // A parent account's token sees what it published to its children, and nothing else of them.
        var by = call.Text("by");
        if (by is not null ? !call.Sees(by) : call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false })
        {
            return ApiCall.NoAccount(by ?? call.Text("account")!);
        }

        return ApiAnswer.Of(await call.Get<ReceiptService>().ListAsync(
            new ReceiptQuery
            {
                Account = by is null ? call.AccountAsked : call.Text("account"), Feed = call.Text("feed"), Publication = call.Number("publication"), By = by, Since = call.Time("since"),
                Unfetched = call.Flag("unfetched"), Size = call.Limit, After = call.After,
            },
            call.Cancel));
    }

    private static PublicationView View(Publication set) => new(set.Id, set.Account, set.Feed, set.State, set.Reason, set.Publisher, set.Begun, [.. set.Files.Select(View)], []);

    internal static PublicationView View(PublishReport report) => new(
        report.Publication, report.Account, report.Feed, report.Publication is null ? null : report.State, null, null, null, [.. report.Files.Select(View)], report.NotSubscribed);

    // Where a held file lies on the disk is not for outside.
    private static PublicationFileView View(PublicationFile file) => new(file.Path, file.Size, file.Sha256, file.Held);

    internal sealed record FeedView(string Name, string Folder, IReadOnlyList<string> FileTypes);

    internal sealed record PublicationFileView(string Path, long Size, string? Sha256, HeldReason? Held);

    internal sealed record PublicationView(
        long? Publication, string Account, string Feed, PublicationState? State, string? Reason, string? Publisher, DateTimeOffset? Since, IReadOnlyList<PublicationFileView> Files,
        IReadOnlyList<string> NotSubscribed);

    internal sealed record RecallBody(string Reason, long? Publication = null, string? Account = null, IReadOnlyList<string>? Paths = null);

    internal sealed record RecallView(long Recall, string Account, IReadOnlyList<RecalledView> Files);

    internal sealed record RecalledView(string Path, long Size, DateTimeOffset Arrived, IReadOnlyList<Core.Catalogue.FileFetch> Fetches);

    internal sealed record SubscriptionsBody(IReadOnlyList<string> Feeds, IReadOnlyList<string> FileTypes);
}
