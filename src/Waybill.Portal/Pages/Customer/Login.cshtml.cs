using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Waybill.Core;
using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Core.People;
using Waybill.Portal.Numbers;
using Waybill.Portal.People;
using Waybill.Portal.Requests;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Pages.Customer;

/// <summary>A login with its keys: add one, see it used, drop the old one, and what to do when somebody else may have one.</summary>
[Permission(PortalOperation.SeeOwnKeys)]
internal sealed class LoginModel(
    AccountLogins logins, LoginService service, LoginPasswords passwords, KeyService keys, KeyDelivery delivery, KeyLife life, Answers answers, TimeProvider time, IStringLocalizer<AccountTexts> texts) : SignedInModel
{
    public Login Login { get; private set; } = null!;

    /// <summary>What is known of its password, where it has one.</summary>
    public LoginPassword Password { get; private set; } = null!;

    /// <summary>The keys that are not revoked, the newest first.</summary>
    public IReadOnlyList<InstalledKey> Keys { get; private set; } = [];

    /// <summary>The keys that were revoked, the latest first.</summary>
    public IReadOnlyList<InstalledKey> Revoked { get; private set; } = [];

    public IReadOnlyList<KeyRotation> Rotations { get; private set; } = [];

    /// <summary>The key as it may be shown again.</summary>
    public string NewKey { get; private set; } = "";

    public string? NewLabel { get; private set; }

    public string? NewExpiry { get; private set; }

    public string? KeyError { get; private set; }

    public string? LabelError { get; private set; }

    public string? ExpiryError { get; private set; }

    /// <summary>A private key reached the server.</summary>
    public bool IsPrivateKey { get; private set; }

    public string? Error { get; private set; }

    /// <summary>A change that was sent in vain; null for none.</summary>
    public ChangedKey? Change { get; private set; }

    public string Here => AccountPath("/logins/" + Uri.EscapeDataString(Login.UserName));

    public bool IsExpired(InstalledKey key) => key.IsExpired(time.GetUtcNow());

    public KeyRotation? RotationOf(InstalledKey key) => Rotations.FirstOrDefault(each => each.Old.Id == key.Id);

    public Task<IActionResult> OnGetAsync() => WithAsync(static () => Task.FromResult<IActionResult?>(null));

    [Permission(PortalOperation.ChangeOwnKeys)]
    public Task<IActionResult> OnPostAddAsync(string? label, string? expires) => WithAsync(async () =>
    {
        var input = await RequestInput.ReadAsync(Request, HttpContext.RequestAborted);
        (NewKey, NewLabel, NewExpiry) = (input.Key, label, expires);
        if (!TryReadDay(expires, out var until))
        {
            ExpiryError = texts["KeyExpiryWrong"];
        }

        if (input.IsTooLarge || input.KeyFile is null)
        {
            KeyError = input.IsTooLarge ? texts["KeyTooLarge", PortalLimits.KeyFile / 1024] : texts["KeyMissing"];
            return null;
        }

        // What is no public key may be a private one, which is refused for good whatever else is wrong.
        if (ExpiryError is not null && PublicKeyFile.Read(input.KeyFile).IsKey)
        {
            return null;
        }

        if (input.SecondPrivate is { } second
            && await delivery.AddAsync(Access!, Login.UserName, second, null, null, Actor, CancellationToken.None) is { Problem: { } problem } && problem != KeyDelivery.PrivateKey)
        {
            KeyError = answers.Of(problem);
            return null;
        }

        var added = await delivery.AddAsync(Access!, Login.UserName, input.KeyFile, Given(label), until, Actor, HttpContext.RequestAborted);
        if (added.Succeeded)
        {
            return Done(added.Value.AlreadyInstalled ? "KeyThere" : "KeyAdded", Here);
        }

        IsPrivateKey = added.Problem == KeyDelivery.PrivateKey;
        KeyError = IsPrivateKey ? null : answers.Of(added.Problem);
        return null;
    });

    [Permission(PortalOperation.ChangeOwnKeys)]
    public Task<IActionResult> OnPostChangeAsync(string? fingerprint, string? label, string? expires) => WithAsync(async () =>
    {
        Change = new ChangedKey(fingerprint ?? "", label, expires, null);
        if (!TryReadDay(expires, out var until))
        {
            Change = Change with { Error = texts["KeyExpiryWrong"] };
            return null;
        }

        // A day that stays as it was shown leaves the hour of that day too.
        var installed = await keys.ListAsync(Login.UserName, HttpContext.RequestAborted);
        var isSame = installed.Value?.FirstOrDefault(key => key.Sha256 == fingerprint) is { } now && DayOf(now) == (Given(expires) ?? "");
        var changed = await keys.ChangeAsync(
            Login.UserName, fingerprint ?? "",
            new KeyChange { Label = Given(label) ?? "", Expires = isSame ? null : until, Never = !isSame && until is null, IsRefusedWhileSuspended = Access!.Vendors is not null },
            Actor, HttpContext.RequestAborted);
        if (changed.Problem is { Kind: not ProblemKind.NotFound } problem)
        {
            Change = Change with { Error = answers.Of(problem) };
            return null;
        }

        return After(changed, "KeyChanged");
    });

    [Permission(PortalOperation.ChangeOwnKeys)]
    public Task<IActionResult> OnPostRevokeAsync(string? fingerprint, string? reason) => WithAsync(async () =>
        After(await keys.RevokeAsync(Login.UserName, fingerprint ?? "", Given(reason) ?? texts["KeyRevokedHere"], Actor, HttpContext.RequestAborted), "KeyRevoked"));

    [Permission(PortalOperation.ChangeOwnKeys)]
    public Task<IActionResult> OnPostDropOldAsync(string? fingerprint, bool even) => WithAsync(async () =>
        After(await life.DropOldAsync(Login.UserName, fingerprint ?? "", even, Actor, HttpContext.RequestAborted), "KeyDropped"));

    [Permission(PortalOperation.ChangeOwnKeys)]
    public Task<IActionResult> OnPostLostAsync(string? fingerprint, string? note) => WithAsync(async () =>
        After(await life.ReportCompromisedAsync(Login.UserName, fingerprint ?? "", Given(note), Access, Actor, HttpContext.RequestAborted), "KeyLost"));

    [Permission(PortalOperation.ChangeOwnLogins)]
    public Task<IActionResult> OnPostNumbersAsync(string? numbers) => WithAsync(async () => NumberRightForm.Read(numbers) is { } right
        ? After(await service.SetNumbersAsync(Login.UserName, right, Actor, HttpContext.RequestAborted), "LoginNumbers")
        : null);

    /// <summary>The last day of a key where the person is, as a date field has it; empty for none.</summary>
    public string DayOf(InstalledKey key) => key.Expires is { } end ? TimeZoneInfo.ConvertTime(end.AddMilliseconds(-1), Zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";

    /// <summary>The end of a day, where the person is.</summary>
    private bool TryReadDay(string? text, out DateTimeOffset? until)
    {
        until = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) || day.Year > 9000)
        {
            return false;
        }

        var end = day.AddDays(1).ToDateTime(TimeOnly.MinValue);
        until = new DateTimeOffset(end, Zone.GetUtcOffset(end));
        return true;
    }

    private LocalRedirectResult? After<T>(Result<T> result, string done)
        where T : notnull
    {
        if (result.Succeeded)
        {
            return Done(done, Here);
        }

        // Core names commands where a key is not found.
        Error = result.Problem.Kind == ProblemKind.NotFound ? texts["KeyNotThere"] : answers.Of(result.Problem);
        return null;
    }

    private async Task<IActionResult> WithAsync(Func<Task<IActionResult?>> act)
    {
        var found = await logins.FindAsync(Access!, (string)RouteData.Values["login"]!, HttpContext.RequestAborted);
        if (!found.Succeeded)
        {
            return Refuse(found.Problem);
        }

        Login = found.Value;
        if (await act() is { } answer)
        {
            return answer;
        }

        var installed = await keys.ListAsync(Login.UserName, HttpContext.RequestAborted);
        var password = await passwords.ShowAsync(Login.UserName, HttpContext.RequestAborted);
        if (!installed.Succeeded || !password.Succeeded)
        {
            return Refuse(installed.Problem ?? password.Problem!);
        }

        Password = password.Value;
        Keys = [.. installed.Value.Where(static key => key.Revoked is null).Reverse()];
        Revoked = [.. installed.Value.Where(static key => key.Revoked is not null).OrderByDescending(static key => key.Revoked).Take(PortalLimits.ListRows)];
        Rotations = KeyRotation.Of(installed.Value, time.GetUtcNow());
        return Page();
    }

    /// <summary>What somebody wanted a key to be called and its last day to be, and what is wrong with it.</summary>
    internal sealed record ChangedKey(string Fingerprint, string? Label, string? Expires, string? Error);
}
