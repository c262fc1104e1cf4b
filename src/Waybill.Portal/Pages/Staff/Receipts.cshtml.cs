using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.Feeds;
using Waybill.Core.People;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>What was published, and who first fetched it; the newest first.</summary>
[Permission(PortalOperation.SeeReceipts)]
internal sealed class ReceiptsModel(ReceiptService receipts, FeedTypes types) : SignedInModel
{
    [FromQuery(Name = "account")]
    public string? Account { get; set; }

    [FromQuery(Name = "feed")]
    public string? Feed { get; set; }

    /// <summary>Only what nobody has fetched.</summary>
    [FromQuery(Name = "unfetched")]
    public bool Unfetched { get; set; }

    public IReadOnlyList<FeedType> Types => types.All;

    public IReadOnlyList<Receipt> Receipts { get; private set; } = [];

    /// <summary>What is wrong with what was asked for.</summary>
    public string? Wrong { get; private set; }

    public string? More { get; private set; }

    public async Task OnGetAsync(string? after)
    {
        var page = await receipts.ListAsync(
            new ReceiptQuery { Account = Account?.Trim(), Feed = Feed, Unfetched = Unfetched, NewestFirst = true, Size = PortalLimits.ListRows, After = after }, HttpContext.RequestAborted);
        if (!page.Succeeded)
        {
            Wrong = HttpContext.RequestServices.GetRequiredService<Answers>().Of(page.Problem);
            return;
        }

        (Receipts, More) = (page.Value.Items, NextPage(page.Value.Next));
    }
}
