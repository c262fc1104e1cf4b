using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The provider's ranges of numbers: add them, one by one or as a table, and set band, prices and description.</summary>
[Permission(PortalOperation.SeeNumbers)]
internal sealed class NumberRangesModel(NumberRanges ranges, IStringLocalizer<NumberTexts> words) : FormModel
{
    public IReadOnlyList<NumberRange> Items { get; private set; } = [];

    public string? More { get; private set; }

    public static string Pounds(long? pence) => pence is { } known ? (known / 100m).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeNumberRanges)]
    public async Task<IActionResult> OnPostAddAsync(string? first, string? last, string? band, string? setup, string? monthly, string? description)
    {
        var (from, to, terms) = (PhoneNumber.ParseTyped(first), PhoneNumber.ParseTyped(last), Terms(band, setup, monthly, description));
        return await AfterAsync(
            "Add",
            from.Problem ?? to.Problem ?? terms.Problem ?? (await ranges.AddAsync(new NewRange(from.Value, to.Value, terms.Value!), Actor, HttpContext.RequestAborted)).Problem,
            "NumberRangeAdded");
    }

    [Permission(PortalOperation.ChangeNumberRanges)]
    public async Task<IActionResult> OnPostPriceAsync(long range, string? newBand, string? newSetup, string? newMonthly, string? newDescription)
    {
        var terms = Terms(newBand, newSetup, newMonthly, newDescription);
        return await AfterAsync("Price", terms.Problem ?? (await ranges.SetTermsAsync(range, terms.Value!, Actor, HttpContext.RequestAborted)).Problem, "NumberRangeChanged");
    }

    [Permission(PortalOperation.ChangeNumberRanges)]
    public async Task<IActionResult> OnPostImportAsync(string? table)
    {
        var read = RangeCsv.Parse(Encoding.UTF8.GetBytes(table ?? ""));
        return await AfterAsync("Import", read.Problem ?? (await ranges.ImportAsync(read.Value!, Actor, HttpContext.RequestAborted)).Problem, "NumberRangesImported");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await ranges.ListAsync(PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        (Items, More) = (page.Items, NextPage(page.Next));
        return null;
    }

    private Result<RangeTerms> Terms(string? band, string? setup, string? monthly, string? description) =>
        RangeCsv.TryPence(Given(setup) ?? "", out var once) && RangeCsv.TryPence(Given(monthly) ?? "", out var rent)
            ? new RangeTerms(Given(band), once, rent, Given(description))
            : new Problem(ProblemKind.Invalid, words["PriceWrong"]);
}
