using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account's numbers; it takes others here.</summary>
[Permission(PortalOperation.SeeOwnNumbers)]
internal sealed class NumbersModel(NumberService numbers, IStringLocalizer<NumberTexts> words) : FormModel
{
    /// <summary>How often another number is tried when somebody else was quicker.</summary>
    private const int Tries = 5;

    [FromQuery(Name = "q")]
    public string? Search { get; set; }

    public IReadOnlyList<NumberDetails> Items { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>How many the account holds, and may.</summary>
    public NumberAccount Held { get; private set; } = null!;

    /// <summary>What is wrong with what was searched for.</summary>
    public string? SearchError { get; private set; }

    public string PathOf(NumberDetails number) => AccountPath("/numbers/" + number.Number.National);

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeOwnNumbers)]
    public async Task<IActionResult> OnPostTakeAsync(string? pattern)
    {
        var wanted = NumberPattern.ParseTyped(Given(pattern));
        if (!wanted.Succeeded)
        {
            return await AfterAsync("Take", new Problem(ProblemKind.Invalid, words["PatternWrong"]), "");
        }

        var caller = NumberCaller.Of(Access!.Account, Actor);
        for (var left = Tries; ; left--)
        {
            var free = await numbers.AllocateAsync(caller, wanted.Value, HttpContext.RequestAborted);
            if (!free.Succeeded)
            {
                return await AfterAsync("Take", free.Problem, "");
            }

            var taken = await numbers.ActivateAsync(caller, free.Value, HttpContext.RequestAborted);
            if (taken.Succeeded || taken.Problem.Kind != ProblemKind.Refused || left == 1)
            {
                return await AfterAsync("Take", taken.Problem, "NumberTaken", taken.Succeeded ? PathOf(taken.Value) : null);
            }
        }
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var held = await numbers.AccountAsync(Access!.Account, HttpContext.RequestAborted);
        if (!held.Succeeded)
        {
            return held.Problem;
        }

        Held = held.Value;
        Result<NumberPattern>? pattern = Given(Search) is { } text ? NumberPattern.ParseTyped(text) : (Result<NumberPattern>?)null;
        if (pattern is { Succeeded: false })
        {
            SearchError = words["PatternWrong"];
            return null;
        }

        var page = await numbers.ListAsync(
            new NumberQuery { Account = Access!.Account, Pattern = pattern?.Value, Size = PortalLimits.ListRows, After = Request.Query["after"] }, HttpContext.RequestAborted);
        (Items, More) = (page.Value?.Items ?? [], NextPage(page.Value?.Next));
        return page.Problem;
    }
}
