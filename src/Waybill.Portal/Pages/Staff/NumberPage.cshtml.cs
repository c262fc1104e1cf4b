using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.Numbers;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>A number for the provider's people: whose it is, what is set for it, all that happened to it.</summary>
[Permission(PortalOperation.SeeNumbers)]
internal sealed class NumberPageModel(NumberService numbers, NumberChanges changes, IStringLocalizer<NumberTexts> words) : NumberFormModel(numbers, changes)
{
    public string Here => NumbersModel.PathOf(Number.Number.National);

    protected override NumberCaller Caller => NumberCaller.Provider(Actor);

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostActivateAsync(string? account) =>
        ChangeAsync("Activate", "NumberTaken", number => Numbers.ActivateAsync(NumberCaller.ProviderFor(Given(account) ?? "", Actor), number));

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostTermAsync(string? expires, bool ends) => ChangeAsync<NumberDetails>("Term", "NumberChanged", async number =>
        DateOnly.TryParseExact(Given(expires), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? await Numbers.SetTermAsync(number, day, ends, Actor)
            : new Problem(ProblemKind.Invalid, words["DayWrong"]));

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostAnswerAsync(string? status, string? reason, long updated) => ChangeAsync<EmergencyRecord>("Answer", "NumberEmergencyAnswered", async number =>
        Enum.TryParse<EmergencyStatus>(status, out var said)
            ? await Numbers.AnswerEmergencyAsync(number, said, Given(reason), DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(updated, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())), Actor)
            : new Problem(ProblemKind.Invalid, words["AnswerWrong"]));

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostPortOutAsync() => ChangeAsync("PortOut", "NumberChanged", number => Numbers.PortOutAsync(number, Actor));

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostReturnAsync() => ChangeAsync("Return", "NumberChanged", number => Numbers.ReturnAsync(number, Actor));

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostTargetsAsync() => SetTargetsAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostMoreAsync() => SetMoreAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostPinAsync() => SetPinAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostEmergencyAsync() => SetEmergencyAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostGiveBackAsync() => GiveBackAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public Task<IActionResult> OnPostTakeBackAsync() => TakeBackAsync();
}
