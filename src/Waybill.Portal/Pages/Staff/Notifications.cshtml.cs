using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core.Notifications;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What was told to whom, and what did not get away.</summary>
[Permission(PortalOperation.SeeNotifications)]
internal sealed class NotificationsModel(NotificationService notifications, Answers answers, IStringLocalizer<StaffTexts> words) : SignedInModel
{
    public static IReadOnlyList<DeliveryState> States { get; } = Enum.GetValues<DeliveryState>();

    public IReadOnlyList<Delivery> Deliveries { get; private set; } = [];

    public string? More { get; private set; }

    public DeliveryState? State { get; private set; }

    public string? Account { get; private set; }

    public string? Refusal { get; private set; }

    public bool MayRetry => May(PortalOperation.RetryNotifications);

    public Task OnGetAsync(string? state, string? account, string? after) => ShowAsync(state, account, after);

    [Permission(PortalOperation.RetryNotifications)]
    public async Task<IActionResult> OnPostRetryAsync(long? id, string? state, string? account)
    {
        var retried = id is { } number ? await notifications.RetryAsync(number, Actor) : null as Core.Result<Delivery>?;
        return retried is { Succeeded: true } ? Again("NotificationRetried", state, account)
            : await RefusedAsync(retried is { Problem: { } problem } ? answers.Of(problem) : words["NotificationNone"].Value, state, account);
    }

    [Permission(PortalOperation.RetryNotifications)]
    public async Task<IActionResult> OnPostRetryAllAsync()
    {
        var retried = await notifications.RetryDeadAsync(Actor);
        return retried.Succeeded ? Again("NotificationsRetried", null, null) : await RefusedAsync(answers.Of(retried.Problem), null, null);
    }

    /// <summary>The list as it was, with what was done.</summary>
    private LocalRedirectResult Again(string done, string? state, string? account) => LocalRedirect(
        "/staff/notifications" + QueryString.Create(DoneValue, done).Add("state", Parse(state)?.ToString() ?? "").Add("account", account ?? ""));

    private async Task<IActionResult> RefusedAsync(string refusal, string? state, string? account)
    {
        Refusal = refusal;
        await ShowAsync(state, account, null);
        return Page();
    }

    private async Task ShowAsync(string? state, string? account, string? after)
    {
        (State, Account) = (Parse(state), Given(account));
        var page = await notifications.ListAsync(State, Account, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        Deliveries = page.Items;
        More = NextPage(page.Next);
    }

    private static DeliveryState? Parse(string? state) => Enum.TryParse<DeliveryState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
