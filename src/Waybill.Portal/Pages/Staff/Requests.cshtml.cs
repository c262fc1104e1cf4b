using Waybill.Core.Onboarding;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The queue of requests for access: whose turn it is, and what somebody on the telephone names.</summary>
[Permission(PortalOperation.SeeRequests)]
internal sealed class RequestsModel(OnboardingService onboarding) : SignedInModel
{
    public static IReadOnlyList<RequestState> States { get; } = Enum.GetValues<RequestState>();

    public IReadOnlyList<AccessRequest> Requests { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>The state that is listed; null for what waits.</summary>
    public RequestState? State { get; private set; }

    public string? Text { get; private set; }

    public async Task OnGetAsync(string? state, string? q, string? after)
    {
        State = Enum.TryParse<RequestState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;
        Text = Given(q);
        var page = await onboarding.SearchAsync(new RequestQuery { State = State, Text = Text, Size = PortalLimits.ListRows, After = after }, HttpContext.RequestAborted);
        Requests = page.Items;
        More = NextPage(page.Next);
    }
}
