using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>How many numbers an account has, and what it may do with them.</summary>
[Permission(PortalOperation.SeeNumbers)]
internal sealed class AccountNumbersModel(NumberService numbers, IStringLocalizer<NumberTexts> words) : FormModel
{
    public const string AsProvider = "provider";
    public const string Yes = "yes";
    public const string No = "no";

    [FromRoute]
    public string Number { get; set; } = "";

    public NumberAccount Account { get; private set; } = null!;

    /// <summary>What holds where nothing was chosen for an account.</summary>
    public NumberOptions Options => numbers.Options;

    public static string PathOf(string account) => AccountsModel.PathOf(account) + "/numbers";

    /// <summary>What stands in the form: what was sent in vain, or what was chosen.</summary>
    public string? Maximum => WrongOf("Terms") is null ? Account.Terms.Maximum?.ToString(CultureInfo.InvariantCulture) : Sent("Terms", "maximum");

    /// <inheritdoc cref="Maximum"/>
    public string Pstn => WrongOf("Terms") is null ? Account.Terms.PstnTargets switch { true => Yes, false => No, null => AsProvider } : Sent("Terms", "pstn") ?? AsProvider;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeNumbers)]
    public async Task<IActionResult> OnPostTermsAsync(string? maximum, string? pstn)
    {
        var most = 0;
        if (Given(maximum) is { } text && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out most))
        {
            return await AfterAsync("Terms", new Problem(ProblemKind.Invalid, words["TermsMaximumWrong", NumberLimits.PerAccountMaximum].Value), "");
        }

        // Another word was typed by no one: it changes nothing, and the page shows what is so.
        if (pstn is not (Yes or No or AsProvider))
        {
            return await ShowAsync();
        }

        var terms = new NumberAccountTerms(Given(maximum) is null ? null : most, pstn == AsProvider ? null : pstn == Yes);
        return await AfterAsync("Terms", (await numbers.SetAccountAsync(Number, _ => terms, Actor, HttpContext.RequestAborted)).Problem, "NumberTerms");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await numbers.AccountAsync(Number, HttpContext.RequestAborted);
        Account = found.Value!;
        return found.Problem;
    }
}
