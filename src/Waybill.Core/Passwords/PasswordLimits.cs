namespace Waybill.Core.Passwords;

/// <summary>Bounds of passwords of logins.</summary>
public static class PasswordLimits
{
    /// <summary>Characters of a generated one: 120 bits.</summary>
    public const int Generated = 20;

    /// <summary>Wrong passwords for one login from one source before a wait.</summary>
    public const int Tries = 5;

    /// <summary>The same from a source that the login has come from before.</summary>
    public const int TriesAtKnownSource = 10;

    /// <summary>Wrong passwords from one source for whatever logins that have not come from there.</summary>
    public const int TriesOfSource = 30;

    /// <summary>Different wrong passwords for one login from one source that it has come from before, whatever right ones come between, before each further one makes it wait.</summary>
    public const int Guesses = 100;

    /// <summary>Wrong passwords that are recognised when they come again, and then are no other guess.</summary>
    public const int GuessesKept = 10_000;

    /// <summary>Sources that a login has come from and that are remembered.</summary>
    public const int Sources = 50;

    /// <summary>Passwords of strangers that are compared at once, and of those that have come from where they are before: each takes a tenth of a second of a core.</summary>
    public const int HashesAtOnce = 2;

    /// <summary>Passwords that wait for that: all customers' programs start at the full hour.</summary>
    public const int HashesWaiting = 256;

    /// <summary>Passwords that were right a short while ago and are recognised without that work.</summary>
    public const int Recent = 1_000;

    /// <summary>Lines of a file of hashes.</summary>
    public const int ImportLines = 100_000;

    /// <summary>Locked sources of a login that are shown.</summary>
    public const int LocksShown = 100;

    /// <summary>Logins in the report of who comes without TLS.</summary>
    public const int PlainShown = 1_000;

    /// <summary>How long a right password is recognised.</summary>
    public static readonly TimeSpan RecentTime = TimeSpan.FromMinutes(10);

    /// <summary>How long guesses count, from the first.</summary>
    public static readonly TimeSpan GuessTime = TimeSpan.FromHours(24);

    /// <summary>The longest wait after wrong passwords; the first is 15 seconds, and each doubles.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>The longest wait at a source that the login has come from before.</summary>
    public static readonly TimeSpan LongestWaitAtKnownSource = TimeSpan.FromMinutes(15);

    /// <summary>How long a source is remembered after the last login from there, to <see cref="SourceInterval"/>.</summary>
    public static readonly TimeSpan Source = TimeSpan.FromDays(90);

    /// <summary>How exact the time of the last login from a source is: a password that was right a short while ago writes it no more often.</summary>
    public static readonly TimeSpan SourceInterval = TimeSpan.FromHours(1);

    /// <summary>How long a link to set a password opens.</summary>
    public static readonly TimeSpan Link = TimeSpan.FromDays(3);
}
