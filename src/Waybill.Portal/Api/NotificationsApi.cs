using System.Text;
using Waybill.Core;
using Waybill.Core.Notifications;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Mails and web hooks.</summary>
internal static class NotificationsApi
{
    private const string Read = "notifications:read";
    private const string Write = "notifications:write";

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<Page<Delivery>>("/v1/notifications", "listNotifications", Read, "List notifications, the newest first: what was sent, what waits, what was given up.", ListAsync, ApiPaging.With(
            ApiParameter.Word<DeliveryState>("state", "of this state only"), ApiParameter.Text("account", "about one account only"))),
        Post<Delivery>("/v1/notifications/{notification:long}/retry", "retryNotification", Write, "Try a notification again at once.", RetryAsync),
        Post<RetriedView>("/v1/notifications/retry-dead", "retryDeadNotifications", Write, "Try all notifications again that were given up.", RetryDeadAsync),
        Get<Page<Hook>>("/v1/hooks", "listHooks", Read, "List web hooks.", ListHooksAsync),
        Post<Hook>("/v1/hooks", "addHook", Write, "Add a web hook; its calls are signed with the secret, which no answer has.", AddHookAsync, typeof(NewHookBody)).Creates(),
        Post<Hook>("/v1/hooks/{hook:long}/test", "testHook", Write, "Call a web hook now, once, with the topic test.", TestHookAsync),
        Delete("/v1/hooks/{hook:long}", "removeHook", Write, "Remove a web hook; what waits for it is given up.", RemoveHookAsync),
    ];

    private static async ValueTask<ApiAnswer> ListAsync(ApiCall call) => ApiAnswer.Of(await call.Get<NotificationService>().ListAsync(
        call.Word<DeliveryState>("state"), call.Text("account"), call.Limit, call.After, call.Cancel));

    private static async ValueTask<ApiAnswer> RetryAsync(ApiCall call) => ApiAnswer.Of(await call.Get<NotificationService>().RetryAsync(call.PathNumber("notification"), call.Actor, call.Cancel));

    private static async ValueTask<ApiAnswer> RetryDeadAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<NotificationService>().RetryDeadAsync(call.Actor, call.Cancel), static count => new RetriedView(count));

    private static async ValueTask<ApiAnswer> ListHooksAsync(ApiCall call) => ApiAnswer.Of(ApiPaging.Whole(await call.Get<HookService>().ListAsync(call.Cancel)));

    private static async ValueTask<ApiAnswer> AddHookAsync(ApiCall call)
    {
        var body = call.Body<NewHookBody>();
        return ApiAnswer.Of(await call.Get<HookService>().AddAsync(
            new NewHook(body.Url, Encoding.UTF8.GetBytes(body.Secret)) { Topics = body.Topics ?? [], Account = body.Account }, call.Get<ApiOptions>().HookNetworks, call.Actor, call.Cancel));
    }

    private static async ValueTask<ApiAnswer> TestHookAsync(ApiCall call) =>
        ApiAnswer.Of(await call.Get<HookService>().TestAsync(call.PathNumber("hook"), call.Get<ApiOptions>().HookNetworks, call.Cancel));

    private static async ValueTask<ApiAnswer> RemoveHookAsync(ApiCall call)
    {
        var removed = await call.Get<HookService>().RemoveAsync(call.PathNumber("hook"), call.Actor, call.Cancel);
        return removed.Succeeded ? ApiAnswer.Nothing : removed.Problem;
    }

    internal sealed record RetriedView(int Count);

    internal sealed record NewHookBody(string Url, string Secret, IReadOnlyList<string>? Topics = null, string? Account = null);
}
