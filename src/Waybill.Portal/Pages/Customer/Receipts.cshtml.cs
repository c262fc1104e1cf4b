using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.Files;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Customer;

/// <summary>What the provider delivered to an account, and whether it was fetched; as a table for a spreadsheet too.</summary>
[Permission(PortalOperation.SeeOwnReceipts)]
internal sealed class ReceiptsModel(ReceiptService receipts, ReceiptTurns turns, Answers answers) : SignedInModel
{
    public IReadOnlyList<Receipt> Receipts { get; private set; } = [];

    public string? More { get; private set; }

    public bool Unfetched { get; private set; }

    public string? Error { get; private set; }

    public string Here => AccountPath("/receipts");

    public string DownloadOf(Receipt receipt) => AccountPath("/download" + FileAddress.Of(receipt.Path));

    public async Task OnGetAsync(string? after, bool unfetched)
    {
        Unfetched = unfetched;
        var page = await receipts.NewestAsync(Access!.Account, unfetched, PortalLimits.ListRows, after, HttpContext.RequestAborted);
        (Receipts, More) = page.Succeeded ? (page.Value.Items, NextPage(page.Value.Next)) : ([], null);
        Error = page.Succeeded ? null : answers.Of(page.Problem);
    }

    /// <summary>All of them, page by page: as large as it may be, no more than a page of it is in memory.</summary>
    public async Task<IActionResult> OnGetCsvAsync(bool unfetched)
    {
        using var turn = turns.TryTake(Access!.Account.ToUpperInvariant());
        if (turn is null)
        {
            Response.Headers.RetryAfter = "60";
            return StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var first = await receipts.NewestAsync(Access.Account, unfetched, Page<Receipt>.MaximumSize, null, HttpContext.RequestAborted);
        if (!first.Succeeded)
        {
            return Refuse(first.Problem);
        }

        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"receipts-{Access.Account}.csv\"";
        using var text = new StringWriter();
        ReceiptCsv.WriteHead(text);
        for (var page = first; ;)
        {
            if (!page.Succeeded)
            {
                // What was sent must not look whole.
                HttpContext.Abort();
                return new EmptyResult();
            }

            ReceiptCsv.WriteRows(text, page.Value.Items);
            await Response.WriteAsync(text.ToString(), Encoding.UTF8, HttpContext.RequestAborted);
            text.GetStringBuilder().Clear();
            if (page.Value.Next is not { } next)
            {
                return new EmptyResult();
            }

            page = await receipts.NewestAsync(Access.Account, unfetched, Page<Receipt>.MaximumSize, next, HttpContext.RequestAborted);
        }
    }
}
