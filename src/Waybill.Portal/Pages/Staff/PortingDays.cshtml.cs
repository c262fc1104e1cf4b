using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The calendar of porting: the holidays of a year, and the days that are otherwise than its rules have it.</summary>
[Permission(PortalOperation.SeePorting)]
internal sealed class PortingDaysModel(PortingService porting, TimeProvider time, IStringLocalizer<PortingTexts> words) : FormModel
{
    private const int YearsAhead = 20;

    public static IReadOnlyList<Nation> Nations { get; } = Enum.GetValues<Nation>();

    public IReadOnlyList<OneOffDay> Days { get; private set; } = [];

    public int Year { get; private set; }

    /// <summary>The holidays of the year, each with the nations that have it.</summary>
    public IReadOnlyList<(DateOnly Day, IReadOnlyList<Nation> Nations, string Name)> Holidays { get; private set; } = [];

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.DecidePorting)]
    public async Task<IActionResult> OnPostSetAsync(string? day, string? nation, string? kind, string? name) => Read(day) is { } known
        ? await AfterAsync("Set", (await porting.SetDayAsync(new OneOffDay(known, NationOf(nation), kind != "worked", Given(name) ?? ""), Actor, HttpContext.RequestAborted)).Problem, "PortingDay")
        : await AfterAsync("Set", new Problem(ProblemKind.Invalid, words["DayWrong"].Value), "");

    [Permission(PortalOperation.DecidePorting)]
    public async Task<IActionResult> OnPostRemoveAsync(string? day, string? nation) => Read(day) is { } known
        ? await AfterAsync("Remove", (await porting.RemoveDayAsync(known, NationOf(nation), Actor, HttpContext.RequestAborted)).Problem, "PortingDayRemoved")
        : await AfterAsync("Remove", new Problem(ProblemKind.Invalid, words["DayWrong"].Value), "");

    protected override async Task<Problem?> LoadAsync()
    {
        var now = time.GetUtcNow().Year;
        Year = int.TryParse(Request.Query["year"], NumberStyles.None, CultureInfo.InvariantCulture, out var year) && Math.Abs(year - now) <= YearsAhead ? year : now;
        Days = await porting.DaysAsync(HttpContext.RequestAborted);
        var calendar = (await porting.ClockAsync(HttpContext.RequestAborted)).Days;
        Holidays =
        [
            .. Nations.SelectMany(nation => calendar.Of(Year, nation).Select(holiday => (holiday.Day, Nation: nation, holiday.Name))).GroupBy(static each => (each.Day, each.Name))
                .OrderBy(static group => group.Key.Day).Select(static group => (group.Key.Day, (IReadOnlyList<Nation>)[.. group.Select(static each => each.Nation)], group.Key.Name)),
        ];
        return null;
    }

    private static DateOnly? Read(string? day) => DateOnly.TryParseExact(Given(day), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var known) ? known : null;

    private static Nation? NationOf(string? word) => Enum.TryParse<Nation>(word, ignoreCase: true, out var nation) && Enum.IsDefined(nation) ? nation : null;
}
