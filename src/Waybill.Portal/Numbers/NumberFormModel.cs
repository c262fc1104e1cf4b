using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Portal.People;

namespace Waybill.Portal.Numbers;

/// <summary>A page of one number. What its forms do is here; who may is said by the handlers of the pages.</summary>
internal abstract class NumberFormModel(NumberService numbers, NumberChanges changes) : FormModel
{
    [FromRoute]
    public string Phone { get; set; } = "";

    public NumberDetails Number { get; private set; } = null!;

    /// <summary>What the emergency services are told; null for nothing.</summary>
    public EmergencyRecord? Emergency { get; private set; }

    public IReadOnlyList<NumberChange> History { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>On whose behalf.</summary>
    protected abstract NumberCaller Caller { get; }

    protected NumberService Numbers => numbers;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    protected override async Task<Problem?> LoadAsync()
    {
        if (!PhoneNumber.TryParse(Phone, out var number))
        {
            return new Problem(ProblemKind.NotFound, "There is no such number.");
        }

        var shown = await numbers.ShowAsync(Caller, number, HttpContext.RequestAborted);
        if (!shown.Succeeded)
        {
            return shown.Problem;
        }

        Number = shown.Value;
        Emergency = Number.IsActive ? (await numbers.ShowEmergencyAsync(Caller, number, HttpContext.RequestAborted)).Value : null;
        var page = await changes.OfAsync(number, Caller.Account, PortalLimits.ListRows, Request.Query["after"], HttpContext.RequestAborted);
        (History, More) = (page.Items, NextPage(page.Next));
        return null;
    }

    /// <summary>Does something with the number of the address.</summary>
    protected async Task<IActionResult> ChangeAsync<T>(string form, string word, Func<PhoneNumber, ValueTask<Result<T>>> change)
        where T : notnull =>
        PhoneNumber.TryParse(Phone, out var number) ? await AfterAsync(form, (await change(number)).Problem, word) : NotFound();

    /// <summary>Sets all targets and their periods. One that is sent as it was shown keeps the password that was not shown, also in another place.</summary>
    protected Task<IActionResult> SetTargetsAsync() => ChangeAsync("Targets", "NumberChanged", async number =>
    {
        var shown = await numbers.ShowAsync(Caller, number);
        if (!shown.Succeeded)
        {
            return shown;
        }

        List<PlacedTarget> wanted = [];
        for (var i = 0; i < NumberLimits.Targets; i++)
        {
            var (text, times) = (Given(Request.Form[$"target{i + 1}"]), Given(Request.Form[$"periods{i + 1}"]));
            var (target, periods) = (text is null ? default : Target(text, shown.Value.Targets, i), TargetPeriods.Parse(times ?? TargetPeriods.Always));
            if ((target.Problem ?? periods.Problem) is { } bad)
            {
                return bad;
            }

            wanted.Add(new PlacedTarget(i + 1, target.Value, periods.Value!));
        }

        return await numbers.SetTargetsAsync(Caller, number, wanted);
    });

    /// <summary>Sets features and information.</summary>
    protected Task<IActionResult> SetMoreAsync() => ChangeAsync("More", "NumberChanged", number => numbers.SetInformationAndFeaturesAsync(
        Caller, number, Request.Form["information"], letter => Request.Form["features"].Contains(letter.ToString())));

    protected Task<IActionResult> SetPinAsync() => ChangeAsync("Pin", "NumberChanged", number => numbers.SetPinAsync(Caller, number, Given(Request.Form["pin"])));

    /// <summary>Sets all fields of the emergency record and has it sent on.</summary>
    protected Task<IActionResult> SetEmergencyAsync() => ChangeAsync("Emergency", "NumberEmergency", async number =>
    {
        var fields = Enum.GetValues<EmergencyField>().ToDictionary(static field => field, field => Request.Form[field.ToString()].ToString());
        var set = await numbers.ReplaceEmergencyAsync(Caller, number, fields);
        return set.Succeeded ? await numbers.ValidateEmergencyAsync(Caller, number) : set;
    });

    protected Task<IActionResult> GiveBackAsync() => ChangeAsync("GiveBack", "NumberGivenBack", number => numbers.DeactivateAsync(Caller, number));

    protected Task<IActionResult> TakeBackAsync() => ChangeAsync("TakeBack", "NumberTakenBack", number => numbers.ReactivateAsync(Caller, number));

    /// <summary>What a text of the form means: of two targets that are shown alike the one of its place, and in a third place neither.</summary>
    private static Result<NumberTarget> Target(string text, IReadOnlyList<NumberTarget?> targets, int place) =>
        targets[place] is { } now && now.ToShown() == text ? now
        : targets.OfType<NumberTarget>().Where(target => target.ToShown() == text).Distinct().ToList() is [var other] ? other
        : NumberTarget.Parse(text);
}
