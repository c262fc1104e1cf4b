using Microsoft.AspNetCore.Mvc;
using Waybill.Core;
using Waybill.Core.Passwords;
using Waybill.Core.People;
using Waybill.Portal.Links;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages.Staff;

/// <summary>The password of a login, for FTPS: what is known of its use, and the ways to set it. A link and a generated one are shown in the answer to the form, and nowhere again.</summary>
[Permission(PortalOperation.SeeKeys)]
internal sealed class LoginPasswordModel(LoginPasswords passwords, PasswordLinkMails mails, PortalOptions options, TimeProvider time) : FormModel
{
    [FromRoute(Name = "login")]
    public string UserName { get; set; } = "";

    public LoginPassword View { get; private set; } = null!;

    /// <summary>Where a link may be mailed.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>The link that was made just now.</summary>
    public string? Link { get; private set; }

    public DateTimeOffset LinkUntil { get; private set; }

    /// <summary>The password that was made just now.</summary>
    public string? Generated { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostLinkAsync()
    {
        var made = await passwords.LinkAsync(UserName, Actor, HttpContext.RequestAborted);
        if (!made.Succeeded)
        {
            return await AfterAsync("Link", made.Problem, "");
        }

        (Link, LinkUntil) = (options.PublicUrl + LinkRouting.PathOf(made.Value), time.GetUtcNow() + PasswordLimits.Link);
        return await ShowAsync();
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostMailAsync(string? to) =>
        await AfterAsync("Mail", (await mails.SendAsync(UserName, to, Actor, HttpContext.RequestAborted)).Problem, "PasswordMailed");

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostGenerateAsync()
    {
        var made = await passwords.GenerateAsync(UserName, Actor, HttpContext.RequestAborted);
        if (!made.Succeeded)
        {
            return await AfterAsync("Generate", made.Problem, "");
        }

        Generated = made.Value.Password;
        return await ShowAsync();
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostUnlockAsync() => await AfterAsync("Unlock", (await passwords.UnlockAsync(UserName, Actor, HttpContext.RequestAborted)).Problem, "PasswordUnlocked");

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostRemoveAsync() => await AfterAsync("Remove", (await passwords.RemoveAsync(UserName, Actor, HttpContext.RequestAborted)).Problem, "PasswordRemoved");

    protected override async Task<Problem?> LoadAsync()
    {
        var found = await passwords.ShowAsync(UserName, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        View = found.Value;
        Addresses = await mails.AddressesAsync(UserName, HttpContext.RequestAborted);
        return null;
    }
}
