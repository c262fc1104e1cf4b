using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What an account was sent, the newest first, and takes some of it back.</summary>
[Permission(PortalOperation.SeeReceipts)]
internal sealed class PublishedModel(ReceiptService receipts, FeedPublisher publisher) : FormModel
{
    [FromRoute]
    public string Number { get; set; } = "";

    public IReadOnlyList<Receipt> Receipts { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>Whether a form is shown: the list has something that is there.</summary>
    public bool CanRecall => May(PortalOperation.Publish) && Receipts.Any(static receipt => receipt.Gone is null);

    public static string PathOf(string account) => AccountsModel.PathOf(account) + "/published";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.Publish)]
    public async Task<IActionResult> OnPostRecallAsync([FromForm] string[] paths, string? reason)
    {
        var recalled = await publisher.RecallAsync(new RecallRequest(reason?.Trim() ?? "") { Account = Number, Paths = paths }, Actor, HttpContext.RequestAborted);
        return recalled.Succeeded
            ? LocalRedirect($"/staff/held?recalled=true&account={Uri.EscapeDataString(Number)}&{DoneValue}=Recalled")
            : await AfterAsync("Recall", recalled.Problem, "");
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await receipts.NewestAsync(Number, size: PortalLimits.ListRows, after: Request.Query["after"], cancellationToken: HttpContext.RequestAborted);
        if (page.Succeeded)
        {
            (Receipts, More) = (page.Value.Items, NextPage(page.Value.Next));
        }

        return page.Problem;
    }
}
