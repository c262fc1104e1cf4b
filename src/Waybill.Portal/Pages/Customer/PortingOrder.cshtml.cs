using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Customer;

/// <summary>An order of porting, for the people of its account: what it says, its letters, sending and cancelling it, and how far it is.</summary>
[Permission(PortalOperation.SeeOwnPorting)]
[LetterUpload]
internal sealed class PortingOrderModel(PortingService porting, IStringLocalizer<PortingTexts> words) : FormModel
{
    [FromRoute]
    public string Order { get; set; } = "";

    public PortingSheet Sheet { get; private set; } = null!;

    /// <summary>What was sent in vain; null for nothing.</summary>
    public PortingForm? Form { get; private set; }

    public int LetterMonths => porting.Options.LetterMonths;

    private string Account => Access!.Account;

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostChangeAsync()
    {
        Form = PortingFields.Of(Request.Form);
        var details = Form.Read();
        var problem = details.Succeeded ? (await porting.ChangeAsync(Account, Order, details.Value, Actor, HttpContext.RequestAborted)).Problem : details.Problem;
        return await AfterAsync("Change", problem, "PortingChanged");
    }

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostLetterAsync(IFormFile? file)
    {
        if (await SentFile.ReadAsync(file, PortingLimits.LetterSize, HttpContext.RequestAborted) is not { } content)
        {
            return await AfterAsync("Letter", new Problem(ProblemKind.Invalid, words["LetterWrong", PortingLimits.LetterSize >> 20].Value), "");
        }

        return await AfterAsync("Letter", (await porting.AddLetterAsync(Account, Order, file!.FileName, content, Actor, HttpContext.RequestAborted)).Problem, "PortingLetter");
    }

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostSubmitAsync() =>
        await AfterAsync("Submit", (await porting.SubmitAsync(Account, Order, Actor, HttpContext.RequestAborted)).Problem, "PortingSent");

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostCancelAsync(string? reason) =>
        await AfterAsync("Cancel", (await porting.CancelAsync(Account, Order, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "PortingCancelled");

    protected override async Task<Problem?> LoadAsync()
    {
        var sheet = await PortingSheet.ReadAsync(porting, Account, Order, reference => AccountPath("/porting/" + reference), Time, HttpContext.RequestAborted);
        Sheet = sheet.Value!;
        return sheet.Problem;
    }
}
