using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Accounts;
using Waybill.Core.Billing;
using Waybill.Core.People;
using Waybill.Portal.Billing;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>An account's balance and ledger, for the provider's people, and when it is low.</summary>
[Permission(PortalOperation.SeeBalances)]
internal sealed class AccountBalanceModel(AccountService accounts, BalanceService balances, ReceiptTurns turns, IStringLocalizer<BillingTexts> words) : FormModel
{
    private const string Never = "none";
    private const string Configured = "default";

    [FromRoute]
    public string Number { get; set; } = "";

    public Account Account { get; private set; } = null!;

    public BalanceSheet Sheet { get; private set; } = null!;

    public static string PathOf(string account) => AccountsModel.PathOf(account) + "/balance";

    /// <summary>What stands in the field of the mark.</summary>
    public string Mark(Balance balance) => !balance.HasOwnLow ? Configured
        : balance.LowAt is { } mark ? balances.Options.Value(mark).ToString(CultureInfo.InvariantCulture) : Never;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnGetCsvAsync()
    {
        var found = await accounts.FindAsync(Number, HttpContext.RequestAborted);
        return found.Succeeded ? await Statement.SendAsync(HttpContext, turns, balances, found.Value.Number, Refuse) : Refuse(found.Problem);
    }

    [Permission(PortalOperation.ChangeBalances)]
    public async Task<IActionResult> OnPostLowAsync(string? mark)
    {
        if (Read(Given(mark)) is not { } low)
        {
            return await AfterAsync("Low", new Problem(ProblemKind.Invalid, words["MarkWrong", balances.Options.Decimals].Value), "");
        }

        return await AfterAsync("Low", (await balances.SetLowAsync(Number, low, Actor, HttpContext.RequestAborted)).Problem, "LowMark");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await accounts.FindAsync(Number, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        Account = found.Value;
        var sheet = await BalanceSheet.ReadAsync(
            balances, Account.Number, Zone, Request.Query["after"], NextPage, PathOf(Account.Number) + "?handler=Csv", Time, HttpContext.RequestAborted);
        Sheet = sheet.Value!;
        return sheet.Problem;
    }

    /// <summary>A mark in the currency, with no more decimal places than it has.</summary>
    private LowMark? Read(string? text)
    {
        if (text is null or Configured)
        {
            return LowMark.Shared;
        }

        if (text == Never)
        {
            return LowMark.None;
        }

        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        var unit = balances.Options.Value(1);
        return decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) && decimal.Abs(value) <= BillingLimits.Amount * unit && value / unit is var minor && minor == decimal.Truncate(minor)
            ? new LowMark(IsOwn: true, (long)minor)
            : null;
    }
}
