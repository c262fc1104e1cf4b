using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>All numbers, found by pattern, state and account.</summary>
[Permission(PortalOperation.SeeNumbers)]
internal sealed class NumbersModel(NumberService numbers, Answers answers, IStringLocalizer<NumberTexts> words) : FormModel
{
    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    [FromQuery(Name = "state")]
    public string? State { get; set; }

    public IReadOnlyList<NumberDetails> Items { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>What is wrong with what was searched for.</summary>
    public string? Error { get; private set; }

    public static string PathOf(string number) => "/staff/numbers/" + Uri.EscapeDataString(number);

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    protected override async Task<Problem?> LoadAsync()
    {
        var pattern = Given(Search) is { } text ? NumberPattern.ParseTyped(text) : (Result<NumberPattern>?)null;
        if (pattern is { Succeeded: false })
        {
            Error = words["PatternWrong"];
            return null;
        }

        var page = await numbers.ListAsync(
            new NumberQuery
            {
                Pattern = pattern?.Value, Account = Given(Account), State = Enum.TryParse<NumberState>(State, out var state) && Enum.IsDefined(state) ? state : null, Size = PortalLimits.ListRows,
                After = Request.Query["after"],
            },
            HttpContext.RequestAborted);
        if (page.Problem is { Kind: ProblemKind.NotFound or ProblemKind.Invalid } problem)
        {
            Error = answers.Of(problem);
            return null;
        }

        (Items, More) = (page.Value?.Items ?? [], NextPage(page.Value?.Next));
        return page.Problem;
    }
}
