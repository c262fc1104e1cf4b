namespace Waybill.Core.People;

/// <summary>Bounds of signing in to the portal.</summary>
public static class SignInLimits
{
    /// <summary>Passwords for one e-mail address from one source before a wait.</summary>
    public const int Passwords = 5;

    /// <summary>Passwords for whatever address from one source before a wait: an office behind one address has many people.</summary>
    public const int PasswordsOfSource = 30;

    /// <summary>One-time and recovery codes before a wait: of a person at a place that they have signed in from, and from all other places together.</summary>
    public const int Codes = 5;

    /// <summary>Links to a new password that one source asks for before a wait, and that one address is sent.</summary>
    public const int ResetLinks = 3;

    /// <summary>Buckets of tries that are kept; of more the one that would be forgotten first goes.</summary>
    public const int Buckets = 100_000;

    /// <summary>Buckets that one new one clears away when their time is over.</summary>
    public const int PurgeBatch = 100;

    /// <summary>Passwords that are compared at once: each takes a tenth of a second of a core.</summary>
    public const int HashesAtOnce = 2;

    /// <summary>Passwords that wait for that; one more is told to try again.</summary>
    public const int HashesWaiting = 32;

    /// <summary>Challenges of passkeys that were answered and are remembered, so that each counts once; of more none is taken.</summary>
    public const int AnsweredChallenges = 10_000;

    /// <summary>Places that a person has signed in from and that are remembered.</summary>
    public const int Places = 20;

    /// <summary>Passkeys of a person.</summary>
    public const int Passkeys = 20;

    /// <summary>Bytes of each part of a passkey.</summary>
    public const int PasskeyPart = 16 * 1024;

    /// <summary>Characters of what a browser keeps of a sign-up.</summary>
    public const int KeptSignUp = 1024;

    /// <summary>Recovery codes of a person.</summary>
    public const int RecoveryCodes = 10;

    /// <summary>The first wait; it doubles with each further try.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>The longest wait for codes from places that the person has not signed in from: whoever tries there knows the password.</summary>
    public static readonly TimeSpan LongestWaitElsewhere = TimeSpan.FromHours(24);

    /// <summary>How long failed tries count after the last.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    /// <summary>How long wrong codes from other places count after the last.</summary>
    public static readonly TimeSpan MemoryElsewhere = TimeSpan.FromDays(30);

    /// <summary>How long a place is remembered after the last sign-in from there.</summary>
    public static readonly TimeSpan Place = TimeSpan.FromDays(90);

    /// <summary>How long an authenticator that is being set up waits for its first code.</summary>
    public static readonly TimeSpan Pending = TimeSpan.FromHours(1);
}
