using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Billing;
using Waybill.Portal.Files;

namespace Waybill.Portal.Billing;

/// <summary>Sends all of a ledger as it is at one moment, as a table, page by page: as long as it may be, no more than a page of it is in memory.</summary>
internal static class Statement
{
    public static async Task<IActionResult> SendAsync(HttpContext context, ReceiptTurns turns, BalanceService balances, string account, Func<Problem, IActionResult> refuse)
    {
        var response = context.Response;
        using var turn = turns.TryTake(account.ToUpperInvariant());
        if (turn is null)
        {
            response.Headers.RetryAfter = "60";
            return new StatusCodeResult(StatusCodes.Status503ServiceUnavailable);
        }

        var statement = balances.Statement(account);
        var page = await statement.NextAsync(cancellationToken: context.RequestAborted);
        if (!page.Succeeded)
        {
            return refuse(page.Problem);
        }

        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"statement-{account}.csv\"";
        using var text = new StringWriter();
        LedgerTable.WriteHead(text, balances.Options);
        while (page.Succeeded)
        {
            LedgerTable.WriteRows(text, page.Value, balances.Options);
            await response.WriteAsync(text.ToString(), Encoding.UTF8, context.RequestAborted);
            text.GetStringBuilder().Clear();
            if (statement.IsOver)
            {
                return new EmptyResult();
            }

            page = await statement.NextAsync(cancellationToken: context.RequestAborted);
        }

        // What was sent must not look whole.
        context.Abort();
        return new EmptyResult();
    }
}
