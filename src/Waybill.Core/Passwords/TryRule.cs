using Waybill.Core.People;

namespace Waybill.Core.Passwords;

/// <summary>How many tries of one sort are free, and what the next ones wait.</summary>
/// <param name="Word">The sort.</param>
/// <param name="Free">Tries before the first wait.</param>
/// <param name="Longest">The longest wait.</param>
/// <param name="Memory">How long they count after the last.</param>
internal sealed record TryRule(string Word, int Free, TimeSpan Longest, TimeSpan Memory)
{
    /// <summary>Passwords for an e-mail address from a source: whoever fails elsewhere keeps nobody out.</summary>
    public static TryRule Password { get; } = new("password", SignInLimits.Passwords, SignInLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Passwords from a source, for whatever address: many people's one password each.</summary>
    public static TryRule Source { get; } = new("source", SignInLimits.PasswordsOfSource, SignInLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Codes of a person at a place of theirs.</summary>
    public static TryRule CodeHere { get; } = new("code-here", SignInLimits.Codes, SignInLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Codes of a person from all other places together, so that many places make no more tries than one.</summary>
    public static TryRule CodeElsewhere { get; } = new("code-elsewhere", SignInLimits.Codes, SignInLimits.LongestWaitElsewhere, SignInLimits.MemoryElsewhere);

    /// <summary>Links to a new password that a source asks for.</summary>
    public static TryRule ResetOfSource { get; } = new("reset-source", SignInLimits.ResetLinks, SignInLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Links to a new password that an address is sent: nobody's mailbox is filled.</summary>
    public static TryRule ResetOfPerson { get; } = new("reset-person", SignInLimits.ResetLinks, SignInLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Passwords for a login from a source: whoever fails elsewhere keeps no customer out.</summary>
    public static TryRule Login { get; } = new("login-password", PasswordLimits.Tries, PasswordLimits.LongestWait, SignInLimits.Memory);

    /// <summary>The same from a source that the login has come from before: a customer with an old password in one of two programs. It is the same count.</summary>
    public static TryRule LoginAtKnownSource { get; } = Login with { Free = PasswordLimits.TriesAtKnownSource, Longest = PasswordLimits.LongestWaitAtKnownSource };

    /// <summary>
    /// Different passwords for a login from a source that it has come from before. A right one takes nothing of it back: else who shares an address with a customer's program
    /// could guess without end.
    /// </summary>
    public static TryRule LoginGuess { get; } = new("login-guess", PasswordLimits.Guesses, PasswordLimits.LongestWaitAtKnownSource, PasswordLimits.GuessTime) { IsFromFirst = true };

    /// <summary>Passwords from a source, for whatever login that has not come from there before: one password for each of many logins.</summary>
    public static TryRule LoginsOfSource { get; } = new("login-source", PasswordLimits.TriesOfSource, PasswordLimits.LongestWait, SignInLimits.Memory);

    /// <summary>Whether they count for that long after the first instead: what comes now and then never becomes many.</summary>
    public bool IsFromFirst { get; private init; }

    /// <summary>The wait after so many tries.</summary>
    public TimeSpan WaitAfter(long tries)
    {
        const int Doublings = 20;
        return tries < Free ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(Longest.Ticks, SignInLimits.FirstWait.Ticks << (int)Math.Min(tries - Free, Doublings)));
    }
}
