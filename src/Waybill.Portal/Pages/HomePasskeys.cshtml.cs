using System.Buffers.Text;
using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.Passkeys;
using Waybill.Portal.People;

namespace Waybill.Portal.Pages;

/// <summary>The passkeys of a person.</summary>
internal sealed class HomePasskeysModel(PeopleServices people, PasskeyDesk desk, Answers answers, IStringLocalizer<Texts> texts) : OwnCredentialModel(people)
{
    public IReadOnlyList<Passkey> Passkeys { get; private set; } = [];

    public string? Name { get; private set; }

    public string? Error { get; private set; }

    public async Task OnGetAsync() => Passkeys = await Credentials.PasskeysAsync(Session.Person, HttpContext.RequestAborted);

    /// <summary>What the script asks the browser.</summary>
    public async Task<IActionResult> OnPostOptionsAsync() => Content(await desk.AskToAddAsync(HttpContext, Session), MediaTypeNames.Application.Json);

    public async Task<IActionResult> OnPostAddAsync(string? name, string? credential)
    {
        Name = Given(name) ?? texts["PasskeyUnnamed"];
        return await desk.AddedAsync(HttpContext, Session, credential ?? "", Name) is { } passkey
            ? await AfterAsync(await Credentials.AddPasskeyAsync(Token, passkey, Client, HttpContext.RequestAborted), "PasskeyAdded")
            : await WrongAsync(texts["PasskeyFailed"]);
    }

    public async Task<IActionResult> OnPostRemoveAsync(string? passkey) => await AfterAsync(
        await Credentials.RemovePasskeyAsync(Token, IdOf(passkey), Client, HttpContext.RequestAborted), "PasskeyRemoved");

    public async Task<IActionResult> OnPostRenameAsync(string? passkey, string? name) =>
        (await Credentials.RenamePasskeyAsync(Token, IdOf(passkey), name?.Trim() ?? "", HttpContext.RequestAborted)).Problem is { } problem
            ? await WrongAsync(answers.Of(problem))
            : Done("PasskeyRenamed");

    private static byte[] IdOf(string? passkey) => passkey is not null && Base64Url.IsValid(passkey) ? Base64Url.DecodeFromChars(passkey) : [];

    private async Task<IActionResult> AfterAsync(Result<Enrolled> changed, string word)
    {
        if (!changed.Succeeded)
        {
            return await WrongAsync(answers.Of(changed.Problem));
        }

        SessionCookie.Set(HttpContext, changed.Value.Token!);
        return Done(word);
    }

    private async Task<IActionResult> WrongAsync(string words)
    {
        Error = words;
        await OnGetAsync();
        return Page();
    }
}
