using System.Net;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <summary>A user name and password that came over a connection.</summary>
/// <param name="User">The user name, from anybody.</param>
/// <param name="Password">The password.</param>
/// <param name="Address">From where.</param>
/// <param name="IsEncrypted">Whether nobody can have read it on the way.</param>
/// <param name="Client">The program, as far as it is known.</param>
public sealed record PasswordAttempt(string User, string Password, IPAddress Address, bool IsEncrypted, string Client)
{
    /// <summary>What tries are counted for.</summary>
    public string Source => SourceText.Of(Address);

    /// <summary>Whoever prints it sees no password.</summary>
    public override string ToString() => $"{User} from {Source}";
}

/// <summary>What came of it.</summary>
/// <param name="Reason">Whether it may log in, and why not: for log and audit, never for the client.</param>
/// <param name="Candidate">The login; null when there is none of that name.</param>
/// <param name="Credential">What its session lives by; null when it may not log in.</param>
/// <param name="TryAgain">When the next password is looked at; null when at once.</param>
/// <param name="WaitingSource">The source that has to wait for whatever login, where that is what keeps it out: wrong ones for many names came from there. Null where it is not.</param>
/// <param name="PlainAt">When it was noted that the login came without TLS; null when it did not.</param>
public sealed record PasswordAnswer(
    LoginReason Reason, LoginCandidate? Candidate, LoginCredential? Credential = null, DateTimeOffset? TryAgain = null, string? WaitingSource = null, DateTimeOffset? PlainAt = null);
