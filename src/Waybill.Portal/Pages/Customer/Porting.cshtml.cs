using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An account's orders of porting; many are made at once of a table, and sent at once.</summary>
[Permission(PortalOperation.SeeOwnPorting)]
[LetterUpload]
internal sealed class PortingModel(PortingService porting, IStringLocalizer<PortingTexts> words) : FormModel
{
    private const string TableValue = "table";

    public IReadOnlyList<PortingOrder> Orders { get; private set; } = [];

    public string? More { get; private set; }

    /// <summary>The reference of the table whose orders are listed, by line; null for all orders.</summary>
    public string? Table { get; private set; }

    /// <summary>What came of the rows of the table that was just sent.</summary>
    public IReadOnlyList<PortingSending> Sendings { get; private set; } = [];

    public int LetterMonths => porting.Options.LetterMonths;

    public string Here => AccountPath("/porting");

    /// <summary>The address of the orders of a table.</summary>
    public string PathOf(string table) => $"{Here}?{TableValue}={Uri.EscapeDataString(table)}";

    public string PathOf(PortingOrder order) => $"{Here}/{order.Reference}";

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostTableAsync(IFormFile? file)
    {
        if (await SentFile.ReadAsync(file, PortingLimits.ImportSize, HttpContext.RequestAborted) is not { } content)
        {
            return await AfterAsync("Table", new Problem(ProblemKind.Invalid, words["TableWrong", PortingLimits.ImportSize >> 20].Value), "");
        }

        var orders = PortingTable.Read(content);
        var made = orders.Succeeded ? await porting.ImportAsync(Access!.Account, orders.Value, Actor, HttpContext.RequestAborted) : default;
        return (orders.Problem ?? made.Problem) is { } problem
            ? await AfterAsync("Table", problem, "")
            : DoneWith(made.Value![0].Upload!, "PortingTable");
    }

    /// <summary>One letter for all drafts of the table.</summary>
    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostLetterAsync(IFormFile? file)
    {
        if (await SentFile.ReadAsync(file, PortingLimits.LetterSize, HttpContext.RequestAborted) is not { } content)
        {
            return await AfterAsync("Letter", new Problem(ProblemKind.Invalid, words["LetterWrong", PortingLimits.LetterSize >> 20].Value), "");
        }

        var added = await porting.AddLetterToUploadAsync(Access!.Account, Request.Query[TableValue].ToString(), file!.FileName, content, Actor, HttpContext.RequestAborted);
        return added.Succeeded ? DoneWith(added.Value[0].Upload!, "PortingTableLetter") : await AfterAsync("Letter", added.Problem, "");
    }

    /// <summary>Shows what came of each row instead of leading elsewhere: sent again, what was sent is left as it is.</summary>
    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostSendAsync()
    {
        var sent = await porting.SubmitUploadAsync(Access!.Account, Request.Query[TableValue].ToString(), Actor, HttpContext.RequestAborted);
        if (!sent.Succeeded)
        {
            return await AfterAsync("Send", sent.Problem, "");
        }

        Sendings = sent.Value;
        return await ShowAsync();
    }

    /// <summary>Leads to the orders of a table, with a notice of what was done.</summary>
    private LocalRedirectResult DoneWith(string table, string word) => LocalRedirect(Here + QueryString.Create(TableValue, table).Add(DoneValue, word));

    protected override async Task<Problem?> LoadAsync()
    {
        if (Given(Request.Query[TableValue]) is { } table)
        {
            var orders = await porting.UploadAsync(Access!.Account, table, HttpContext.RequestAborted);
            (Orders, Table) = (orders.Value ?? [], orders.Value?[0].Upload);
            return orders.Problem;
        }

        var page = await porting.ListAsync(new PortingQuery { Account = Access!.Account, Size = PortalLimits.ListRows, After = Request.Query["after"] }, HttpContext.RequestAborted);
        (Orders, More) = (page.Value?.Items ?? [], NextPage(page.Value?.Next));
        return page.Problem;
    }
}
