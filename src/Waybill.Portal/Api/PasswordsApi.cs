using Waybill.Core;
using Waybill.Core.Passwords;
using static Waybill.Portal.Api.ApiEndpoint;

namespace Waybill.Portal.Api;

/// <summary>Passwords of logins. One that is made here would be kept with the answer for whoever repeats the call, so that they are only set.</summary>
internal static class PasswordsApi
{
    private const string Read = "keys:read";
    private const string Write = "keys:write";
    private const string Path = "/v1/logins/{login}/password";

    /// <summary>So far the list of logins without TLS looks back, unless told.</summary>
    private const int Days = 90;

    public static IReadOnlyList<ApiEndpoint> Endpoints { get; } =
    [
        Get<PasswordView>(Path, "showPassword", Read, "Show when a login's password was set and last used, and which sources are locked; never the password.", ShowAsync),
        Put<PasswordView>(Path, "setPassword", Write, "Set a login's password, for FTPS and NTSAPI; sessions of the one before end.", SetAsync, typeof(PasswordBody)),
        Delete(Path, "removePassword", Write, "Remove a login's password; its sessions end, and its keys go on.", RemoveAsync),
        Post<MailedPasswordLink>(Path + "/link", "mailPasswordLink", Write, "Mail a link by which the customer sets the password, once; links of before end.", MailLinkAsync, typeof(PasswordLinkBody)) with
        {
            Notes = "It goes to the account's address; to names another one, of a person of the account. The link is in the mail alone.",
        },
        Put<FtpTerms>("/v1/logins/{login}/ftp", "setLoginFtp", Write, "Set from when on a login must use TLS, null for never, and whether uploads count that end without closing it.", SetFtpAsync, typeof(FtpTerms)) with
        {
            AllAccounts = true,
            Notes = "Answered with what holds for it: by itself or by its account.",
        },
        Put<FtpTerms>("/v1/accounts/{number}/ftp", "setAccountFtp", Write, "Set the same for every login of an account.", SetAccountFtpAsync, typeof(FtpTerms)) with { AllAccounts = true },
        Post<UnlockedView>(Path + "/unlock", "unlockPassword", Write, "Forget wrong passwords, so that locked sources may try again at once.", UnlockAsync),

        // Not below /v1/logins: a login may be called plain.
        Get<Page<PlainLogin>>("/v1/plain-logins", "listPlainLogins", Read, "List the logins that came by FTP or NTSAPI without TLS, by user name.", PlainAsync, ApiPaging.With(
            ApiParameter.Number("days", $"in the last so many days; {Days} unless given", 1, PortalLimits.ApiDays), ApiParameter.Text("account", "of one account only"))),
    ];

    private static ValueTask<ApiAnswer> ShowAsync(ApiCall call) => WithLoginAsync(call, async name => ApiAnswer.Of(await call.Get<LoginPasswords>().ShowAsync(name, call.Cancel), View));

    private static ValueTask<ApiAnswer> SetAsync(ApiCall call) =>
        WithLoginAsync(call, async name => ApiAnswer.Of(await call.Get<LoginPasswords>().SetAsync(name, call.Body<PasswordBody>().Password, call.Actor, call.Cancel), View));

    private static ValueTask<ApiAnswer> RemoveAsync(ApiCall call) => WithLoginAsync(call, async name =>
        await call.Get<LoginPasswords>().RemoveAsync(name, call.Actor, call.Cancel) is { Succeeded: false } failed ? failed.Problem : ApiAnswer.Nothing);

    private static ValueTask<ApiAnswer> MailLinkAsync(ApiCall call) => WithLoginAsync(
        call, async name => ApiAnswer.Of(await call.Get<PasswordLinkMails>().SendAsync(name, call.Body<PasswordLinkBody>().To, call.Actor, call.Cancel), static mailed => mailed));

    private static ValueTask<ApiAnswer> SetFtpAsync(ApiCall call) =>
        WithLoginAsync(call, async name => ApiAnswer.Of(await call.Get<LoginPasswords>().SetFtpTermsAsync(name, _ => call.Body<FtpTerms>(), call.Actor, call.Cancel), static terms => terms));

    private static async ValueTask<ApiAnswer> SetAccountFtpAsync(ApiCall call)
    {
        var account = await call.AccountAsync();
        return account.Succeeded
            ? ApiAnswer.Of(await call.Get<LoginPasswords>().SetAccountFtpTermsAsync(account.Value.Number, _ => call.Body<FtpTerms>(), call.Actor, call.Cancel), static terms => terms)
            : account.Problem;
    }

    private static ValueTask<ApiAnswer> UnlockAsync(ApiCall call) =>
        WithLoginAsync(call, async name => ApiAnswer.Of(await call.Get<LoginPasswords>().UnlockAsync(name, call.Actor, call.Cancel), static count => new UnlockedView(count)));

    private static async ValueTask<ApiAnswer> PlainAsync(ApiCall call) =>
        call.Text("account") is { } number && await call.AccountAsync(number) is { Succeeded: false } unknown
            ? unknown.Problem
            : ApiAnswer.Of(await call.Get<LoginPasswords>().ListPlainAsync(
                call.Get<TimeProvider>().GetUtcNow().AddDays(-(call.Number("days") ?? Days)), call.AccountAsked, call.Limit, call.After, call.Cancel));

    private static async ValueTask<ApiAnswer> WithLoginAsync(ApiCall call, Func<string, ValueTask<ApiAnswer>> act)
    {
        var login = await call.LoginAsync();
        return login.Succeeded ? await act(login.Value.UserName) : login.Problem;
    }

    private static PasswordView View(LoginPassword password) => new(
        password.UserName, password.Set is not null, password.Set, password.SetBy, password.IsImported, password.IsWeak, password.LastUsed, password.LastUsedFrom, password.LastUsedClient,
        password.Ftp.TlsFrom, password.Ftp.AcceptsUncleanUploads, [.. password.Locks.Select(static source => new LockView(source.Source, source.Tries, source.Until))]);

    internal sealed record PasswordView(
        string UserName, bool IsSet, DateTimeOffset? Set, string? SetBy, bool IsImported, bool IsWeak, DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient,
        DateTimeOffset? TlsFrom, bool AcceptsUncleanUploads, IReadOnlyList<LockView> Locks);

    internal sealed record LockView(string Source, long Tries, DateTimeOffset Until);

    internal sealed record UnlockedView(int Sources);

    internal sealed record PasswordBody(string Password);

    internal sealed record PasswordLinkBody(string? To);
}
