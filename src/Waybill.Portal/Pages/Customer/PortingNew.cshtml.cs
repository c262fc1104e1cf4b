using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Core.Porting;
using Waybill.Portal.People;
using Waybill.Portal.Porting;

namespace Waybill.Portal.Pages.Customer;

/// <summary>A new order of porting.</summary>
[Permission(PortalOperation.ChangeOwnPorting)]
internal sealed class PortingNewModel(PortingService porting) : FormModel
{
    public PortingForm Form { get; private set; } = new();

    [Permission(PortalOperation.ChangeOwnPorting)]
    public async Task<IActionResult> OnPostAsync()
    {
        Form = PortingFields.Of(Request.Form);
        var details = Form.Read();
        var made = details.Succeeded ? await porting.CreateAsync(Access!.Account, [details.Value], Actor, HttpContext.RequestAborted) : default;
        return await AfterAsync("Add", details.Problem ?? made.Problem, "PortingMade", made.Value is [var order] ? AccountPath("/porting/" + order.Reference) : null);
    }

    protected override Task<Problem?> LoadAsync() => Task.FromResult<Problem?>(null);
}
