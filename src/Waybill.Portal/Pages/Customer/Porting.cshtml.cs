using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account's orders of porting; many are made at once of a table.</summary>
[Permission(PortalOperation.SeeOwnPorting)]
[LetterUpload]
internal sealed class PortingModel(PortingService porting, IStringLocalizer<PortingTexts> words) : FormModel
{
    public IReadOnlyList<PortingOrder> Orders { get; private set; } = [];

    public string? More { get; private set; }

    public string Here => AccountPath("/porting");

    public string PathOf(PortingOrder order) => $"{Here}/{order.Reference}";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostTableAsync(IFormFile? file)
    {
        if (file is not { Length: > 0 and <= PortingLimits.ImportSize })
        {
            return await AfterAsync("Table", new Problem(ProblemKind.Invalid, words["TableWrong", PortingLimits.ImportSize >> 20].Value), "");
        }

        var content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, HttpContext.RequestAborted);
        var orders = PortingTable.Read(content);
        var made = orders.Succeeded ? await porting.CreateAsync(Access!.Account, orders.Value, Actor, HttpContext.RequestAborted) : default;
        return await AfterAsync("Table", orders.Problem ?? made.Problem, "PortingTable", Here);
    }

    protected override async Task<Problem?> LoadAsync()
    {
        var page = await porting.ListAsync(new PortingQuery { Account = Access!.Account, Size = PortalLimits.ListRows, After = Request.Query["after"] }, HttpContext.RequestAborted);
        (Orders, More) = (page.Value?.Items ?? [], NextPage(page.Value?.Next));
        return page.Problem;
    }
}
