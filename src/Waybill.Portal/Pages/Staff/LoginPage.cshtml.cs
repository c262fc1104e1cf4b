using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Portal.Numbers;
using Waybill.Portal.People;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Pages.Staff;

/// <summary>One login with its keys.</summary>
[Permission(PortalOperation.SeeLogins)]
internal sealed class LoginPageModel(LoginService logins, KeyService keys, SentKeys intake, KeyLife life, BurntKeys burnt, IStringLocalizer<StaffTexts> words, IStringLocalizer<Texts> texts, TimeProvider time) : FormModel
{
    [FromRoute(Name = "login")]
    public string UserName { get; set; } = "";

    public Login Login { get; private set; } = null!;

    /// <summary>Keys that are not revoked.</summary>
    public IReadOnlyList<InstalledKey> Keys { get; private set; } = [];

    public IReadOnlyList<InstalledKey> Revoked { get; private set; } = [];

    /// <summary>Revoked keys that are not shown.</summary>
    public int RevokedMore { get; private set; }

    /// <summary>Other logins that have a key, by its fingerprint.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Shared { get; private set; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Keys that work here although others may have their private half, by fingerprint.</summary>
    public IReadOnlyDictionary<string, RefusedKey> Burnt { get; private set; } = new Dictionary<string, RefusedKey>();

    public DateTimeOffset Now => time.GetUtcNow();

    public Task<IActionResult> OnGetAsync() => ShowAsync();

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostSuspendAsync(string? reason) =>
        await AfterAsync("Suspend", (await logins.SuspendAsync(UserName, reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "LoginSuspended");

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostResumeAsync() =>
        await AfterAsync("Resume", (await logins.ResumeAsync(UserName, Actor, HttpContext.RequestAborted)).Problem, "LoginResumed");

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostRemoveAsync() =>
        await AfterAsync("Remove", (await logins.RemoveAsync(UserName, Actor, HttpContext.RequestAborted)).Problem, "LoginRemoved", "/staff/logins");

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostNetworksAsync(string? networks) =>
        await AfterAsync("Networks", (await logins.SetAllowedNetworksAsync(UserName, LoginsModel.Networks(networks), Actor, HttpContext.RequestAborted)).Problem, "LoginNetworks");

    [Permission(PortalOperation.ChangeLogins)]
    public async Task<IActionResult> OnPostNumbersAsync(string? numbers) => NumberRightForm.Read(numbers) is { } right
        ? await AfterAsync("Numbers", (await logins.SetNumbersAsync(UserName, right, Actor, HttpContext.RequestAborted)).Problem, "LoginNumbers")
        : await ShowAsync();

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostAddAsync(string? label, string? expires)
    {
        var upload = await KeyUpload.ReadAsync(Request, HttpContext.RequestAborted);
        var until = KeyExpiry.OfDay(expires);
        var isNoDay = expires is not null && until is null;

        // What is no public key may be a private one, which is refused for good whatever else is wrong.
        if (upload.Content is null || (isNoDay && PublicKeyFile.Read(upload.Content).IsKey))
        {
            var wrong = upload.IsTooLarge ? texts["RequestKeyTooLarge", PortalLimits.KeyFile / 1024] : words[upload.Content is null ? "KeyMissing" : "KeyExpiryWrong"];
            return await AfterAsync("Add", new Problem(ProblemKind.Invalid, wrong.Value), "");
        }

        // Not ended by a browser that goes away: a private key that was sent is refused for good all the same, and so is a second one.
        Result<TakenKey>? second = upload.SecondPrivate is { } other ? (Result<TakenKey>?)await TakeAsync(other) : null;
        var taken = await TakeAsync(upload.Content);
        string[] on = [.. taken.Value?.InstalledOn ?? [], .. second?.Value?.InstalledOn ?? []];
        return (taken.Problem ?? second?.Problem) is { } problem ? await AfterAsync("Add", problem, "")
            : taken.Value!.Refused is { } refused
                ? await AfterAsync("Add", new Problem(ProblemKind.Refused, on.Length > 0 ? words["KeyPrivateInstalled", refused.Message, string.Join(", ", on)].Value : refused.Message), "")
                : await AfterAsync("Add", null, taken.Value.Addition is { AlreadyInstalled: true } ? "KeyThere" : "KeyAdded");

        async Task<Result<TakenKey>> TakeAsync(byte[] content) =>
            await intake.AddAsync(UserName, content, "a private key was sent to the portal", label?.Trim(), until, Actor, CancellationToken.None);
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostChangeAsync(string? key, string? label, string? expires, string? shown)
    {
        // A time of day that the field cannot show stays as it is as long as nobody touches the field.
        var until = KeyExpiry.OfDay(expires);
        if (expires is not null && until is null)
        {
            return await AfterAsync("Change", new Problem(ProblemKind.Invalid, words["KeyExpiryWrong"].Value), "");
        }

        var change = new KeyChange { Label = label?.Trim() ?? "", Expires = expires == shown ? null : until, Never = expires is null && shown is not null };
        return await AfterAsync("Change", (await keys.ChangeAsync(UserName, key ?? "", change, Actor, HttpContext.RequestAborted)).Problem, "KeyChanged");
    }

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostRevokeAsync(string? key, string? reason) =>
        await AfterAsync("Revoke", (await keys.RevokeAsync(UserName, key ?? "", reason ?? "", Actor, HttpContext.RequestAborted)).Problem, "KeyRevoked");

    [Permission(PortalOperation.ChangeKeys)]
    public async Task<IActionResult> OnPostLostAsync(string? key, string? reason) =>
        await AfterAsync("Lost", (await life.ReportCompromisedAsync(UserName, key ?? "", reason, null, Actor, HttpContext.RequestAborted)).Problem, "KeyLost");

    protected override async Task<Problem?> LoadAsync()
    {
        var ended = HttpContext.RequestAborted;
        var found = await logins.FindAsync(UserName, ended);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        Login = found.Value;
        if (!May(PortalOperation.SeeKeys))
        {
            return null;
        }

        var installed = await keys.ListAsync(Login.UserName, ended);
        if (!installed.Succeeded)
        {
            return installed.Problem;
        }

        Keys = [.. installed.Value.Where(static key => key.Revoked is null)];
        var revoked = installed.Value.Where(static key => key.Revoked is not null).OrderByDescending(static key => key.Revoked).ToList();
        (Revoked, RevokedMore) = ([.. revoked.Take(PortalLimits.RevokedKeys)], Math.Max(0, revoked.Count - PortalLimits.RevokedKeys));
        Burnt = await burnt.InUseAsync(Login.UserName, ended);
        Shared = await life.SharedWithAsync(Login.UserName, ended);
        return null;
    }
}
