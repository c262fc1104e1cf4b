using Microsoft.AspNetCore.Mvc;
using Waybill.Core.Billing;
using Waybill.Core.People;
using Waybill.Portal.Billing;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account's balance and ledger, for its people; as a table for a spreadsheet too.</summary>
[Permission(PortalOperation.SeeOwnBalance)]
internal sealed class BalanceModel(BalanceService balances, ReceiptTurns turns) : SignedInModel
{
    public BalanceSheet Sheet { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string? after)
    {
        var sheet = await BalanceSheet.ReadAsync(
            balances, Access!.Account, Zone, after, NextPage, AccountPath("/balance?handler=Csv"), Time, HttpContext.RequestAborted);
        if (!sheet.Succeeded)
        {
            return Refuse(sheet.Problem);
        }

        Sheet = sheet.Value;
        return Page();
    }

    public Task<IActionResult> OnGetCsvAsync() => Statement.SendAsync(HttpContext, turns, balances, Access!.Account, Refuse);
}
