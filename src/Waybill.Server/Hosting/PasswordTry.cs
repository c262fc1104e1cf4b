using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Waybill.Core.Logins;

namespace Waybill.Server.Hosting;

/// <summary>A user name with a password that came over a connection.</summary>
/// <param name="User">The user name.</param>
/// <param name="Reason">What stood against it.</param>
/// <param name="TryAgain">When the next password is looked at; null when at once.</param>
/// <param name="WaitingSource">The source that has to wait for whatever login; null where it need not, or the login alone has to.</param>
/// <param name="IsEncrypted">Whether it came over TLS.</param>
internal sealed record PasswordTry(string User, LoginReason Reason, DateTimeOffset? TryAgain, string? WaitingSource, bool IsEncrypted);

/// <summary>The passwords that came over a connection; a feature of it. The engine ends it after a few.</summary>
internal sealed class PasswordTries
{
    private readonly ConcurrentQueue<PasswordTry> _all = [];

    public IReadOnlyList<PasswordTry> All => [.. _all];

    /// <summary>Those of a connection.</summary>
    public static PasswordTries Of(IFeatureCollection features)
    {
        if (features.Get<PasswordTries>() is not { } tries)
        {
            features.Set(tries = new PasswordTries());
        }

        return tries;
    }

    public void Add(PasswordTry attempt) => _all.Enqueue(attempt);
}

/// <summary>What a client reads against which another password would not help.</summary>
internal static class PasswordRefusals
{
    public const string Trouble = "Nobody can log in at the moment. Please try again later.";

    // Told to whoever has no account here too: it says nothing of who exists.
    private const string Locked = "Too many wrong passwords came from your address. Try again later.";

    private const string Busy = "Too many programs log in at this moment. Try again in a minute.";

    /// <summary>The words for a reason; null where another password might be right.</summary>
    public static string? Of(LoginReason reason, string mustUseTls) => reason switch
    {
        LoginReason.PasswordLocked => Locked,
        LoginReason.Busy => Busy,
        LoginReason.TlsRequired => mustUseTls,
        _ => null,
    };
}

/// <summary>Why the last password of a connection did not let in, for the audit alone.</summary>
internal static class PasswordWords
{
    /// <param name="tries">The passwords that came; one at least.</param>
    /// <param name="client">What to call the program.</param>
    /// <param name="candidate">The login of the last one, as it is now.</param>
    /// <param name="limit">What stood against a login whose password was right, in words; null if there was none.</param>
    /// <param name="meant">The login that the user name may have meant; null without a guess.</param>
    public static string Of(IReadOnlyList<PasswordTry> tries, string client, LoginCandidate? candidate, string? limit, (string Name, string Difference)? meant)
    {
        var last = tries[^1];
        var name = $"{client} gave a password for `{last.User}`";
        var login = candidate?.Login;
        var wrong = tries.Count(attempt => attempt.User == last.User && attempt.Reason == LoginReason.WrongPassword);
        return last.Reason switch
        {
            LoginReason.UnknownUser => $"{name}, which no login has{There(meant)}",
            LoginReason.NoPassword => $"{name}, which has no password: it uses SFTP with its key, or staff set one (./waybill password link {login?.UserName ?? last.User})",
            LoginReason.WrongPassword => $"{client} gave the wrong password for `{last.User}`{(wrong > 1 ? string.Create(CultureInfo.InvariantCulture, $" {wrong} times") : "")}{Wait(last)}",
            LoginReason.PasswordLocked => $"{name}, which was not looked at after wrong ones from there{Wait(last)}; {End(last, login, meant)}",
            LoginReason.TlsRequired => $"{name} without TLS; the password is right, but the login must use TLS",
            LoginReason.AddressNotAllowed => $"{name}, which is right, but the login may not come from this address, only from {string.Join(", ", login?.AllowFrom.Networks ?? [])}",
            LoginReason.Ok => $"{name}, which is right, but {limit ?? "the login was changed in this moment"}",
            LoginReason.Busy => $"{name}; too many waited to be compared",
            _ => $"{name}, which is right, but {last.Reason.Describe()}{(string.IsNullOrEmpty(login?.StatusReason) ? "" : $" ({login.StatusReason})")}",
        };
    }

    /// <summary>How the wait of a locked one ends. The name may be anybody's text, so that no command has it.</summary>
    private static string End(PasswordTry attempt, Login? login, (string Name, string Difference)? meant) =>
        attempt.WaitingSource is { } source ? $"wrong ones for many names came, and staff end that with ./waybill password unlock --source {source}"
        : login is not null ? $"staff end that with ./waybill password unlock {login.UserName}"
        : $"no login has that name{There(meant)}";

    private static string There((string Name, string Difference)? meant) => meant is { } guess ? $"; there is `{guess.Name}`, it differs only {guess.Difference}" : "";

    private static string Wait(PasswordTry attempt) =>
        attempt.TryAgain is { } time ? $"; from there none is looked at until {time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}" : "";
}
