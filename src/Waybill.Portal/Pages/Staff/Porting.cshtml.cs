using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The queue of porting: whose turn is the provider's, the most urgent first; and all orders, by state and account.</summary>
[Permission(PortalOperation.SeePorting)]
internal sealed class PortingModel(PortingService porting, Answers answers, TimeProvider time) : SignedInModel
{
    private const string All = "all";

    public static IReadOnlyList<PortingState> States { get; } = Enum.GetValues<PortingState>();

    public IReadOnlyList<PortingOrder> Orders { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>The state that is listed; null for the queue, and for all.</summary>
    public PortingState? State { get; private set; }

    public bool IsAll { get; private set; }

    public string? Account { get; private set; }

    /// <summary>What is wrong with the account that was searched for: nothing is listed then.</summary>
    public string? Error { get; private set; }

    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public static string PathOf(string reference) => "/staff/porting/" + Uri.EscapeDataString(reference);

    public async Task<IActionResult> OnGetAsync(string? state, string? account, string? after)
    {
        IsAll = state == All;
        State = Enum.TryParse<PortingState>(state, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;
        Account = Given(account);
        var page = await porting.ListAsync(
            new PortingQuery { Account = Account, State = State, Queue = State is null && !IsAll, Size = PortalLimits.ListRows, After = after }, HttpContext.RequestAborted);
        if (page.Problem is { } problem && problem.Kind != ProblemKind.NotFound)
        {
            return Refuse(problem);
        }

        (Orders, More, Error) = (page.Value?.Items ?? [], NextPage(page.Value?.Next), page.Problem is { } unknown ? answers.Of(unknown) : null);
        return Page();
    }
}
