using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Keys.Handover;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.People;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Pages.Staff;

/// <summary>Makes a key for a customer who cannot, and hands it over: the codes and the passphrase are shown in the answer to the form, and nowhere again.</summary>
[Permission(PortalOperation.SeeKeys)]
internal sealed class LoginGenerateModel(LoginService logins, KeyHandovers handovers, IStringLocalizer<StaffTexts> words) : FormModel
{
    [FromRoute(Name = "login")]
    public string UserName { get; set; } = "";

    public Login Login { get; private set; } = null!;

    /// <summary>What was begun or renewed just now, with the codes to tell.</summary>
    public HandoverStart? Started { get; private set; }

    /// <summary>The passphrase to tell now; null for none.</summary>
    public string? Passphrase { get; private set; }

    /// <summary>The handovers of the login, the newest first.</summary>
    public IReadOnlyList<HandoverView> Handovers { get; private set; } = [];

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostBeginAsync(string? recipe, ProtectedKeyFormat format, string? fileTo, string? passphraseTo, string? label, string? expires)
    {
        var until = KeyExpiry.OfDay(expires);
        if (Recipe(recipe) is not { } kind || (expires is not null && until is null))
        {
            return await AfterAsync("Begin", new Problem(ProblemKind.Invalid, words["KeyExpiryWrong"].Value), "");
        }

        var plan = new HandoverPlan(UserName, kind with { Format = format }, fileTo?.Trim() ?? "", passphraseTo?.Trim()) { Label = label?.Trim(), Expires = until };
        return await TellAsync("Begin", await handovers.StartAsync(plan, Actor, HttpContext.RequestAborted));
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostRenewAsync(long id, HandoverPart part) =>
        await IsOfLoginAsync(id) ? await TellAsync("Renew", await handovers.RenewAsync(id, part, Actor, HttpContext.RequestAborted)) : NotFound();

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostReadOutAsync(long id)
    {
        if (!await IsOfLoginAsync(id))
        {
            return NotFound();
        }

        var read = await handovers.ReadOutAsync(id, Actor, HttpContext.RequestAborted);
        if (!read.Succeeded)
        {
            return await AfterAsync("ReadOut", read.Problem, "");
        }

        using var parcel = read.Value;
        Passphrase = Encoding.ASCII.GetString(parcel.Content.Span);
        return await ShowAsync();
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostCancelAsync(long id, string? reason) =>
        await IsOfLoginAsync(id) ? await AfterAsync("Cancel", (await handovers.CancelAsync(id, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "HandoverCancelled") : NotFound();

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await logins.FindAsync(UserName, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        Login = found.Value;
        Handovers = [.. (await handovers.ListAsync(Login.UserName, all: true, HttpContext.RequestAborted)).Take(PortalLimits.ListRows)];
        return null;
    }

    /// <summary>The kinds that the form offers.</summary>
    private static KeyRecipe? Recipe(string? word) => word switch
    {
        "ed25519" => new KeyRecipe(),
        "rsa3072" => new KeyRecipe(KeyKind.Rsa),
        "rsa4096" => new KeyRecipe(KeyKind.Rsa) { Bits = 4096 },
        "ecdsa256" => new KeyRecipe(KeyKind.Ecdsa),
        "ecdsa384" => new KeyRecipe(KeyKind.Ecdsa) { Bits = 384 },
        "ecdsa521" => new KeyRecipe(KeyKind.Ecdsa) { Bits = 521 },
        _ => null,
    };

    private async Task<bool> IsOfLoginAsync(long id) =>
        (await handovers.ListAsync(UserName, all: true, HttpContext.RequestAborted)).Any(view => view.Id == id);

    /// <summary>Shown in the answer itself and not behind a redirection: the codes are told this once and kept nowhere.</summary>
    private async Task<IActionResult> TellAsync(string form, Result<HandoverStart> started)
    {
        if (!started.Succeeded)
        {
            return await AfterAsync(form, started.Problem, "");
        }

        Started = started.Value;
        return await ShowAsync();
    }
}
