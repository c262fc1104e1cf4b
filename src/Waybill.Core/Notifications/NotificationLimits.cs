namespace Waybill.Core.Notifications;

/// <summary>The bounds of notifications.</summary>
public static class NotificationLimits
{
    /// <summary>Events that become deliveries in one transaction.</summary>
    public const int EventsTogether = 100;

    /// <summary>Events that one digest lists; the rest is counted.</summary>
    public const int EventsInDigest = 200;

    /// <summary>Characters of one value in a mail.</summary>
    public const int Value = 1_000;

    /// <summary>Lines of a list in a mail.</summary>
    public const int Lines = 100;

    /// <summary>Characters of a mail's subject.</summary>
    public const int Subject = 200;

    /// <summary>Bytes of a template's file.</summary>
    public const int Template = 64 * 1024;

    /// <summary>Bytes of an event that a web hook is sent; of a larger one it gets all but the data.</summary>
    public const int HookBody = 256 * 1024;

    /// <summary>Bytes of a web hook's answer that are read.</summary>
    public const int HookAnswer = 4 * 1024;

    /// <summary>Web hooks.</summary>
    public const int Hooks = 100;

    /// <summary>Web hooks that are called at the same time.</summary>
    public const int HooksAtOnce = 4;

    /// <summary>Rows that are purged in one transaction: sent ones, dead letters, events.</summary>
    public const int PurgedTogether = 1_000;

    /// <summary>
    /// How long a round makes deliveries, and how long it begins to send some; the next one goes on. A try that lasts longer ends beside the next rounds.
    /// </summary>
    public static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a call of a web hook may take, from the name look-up to the last byte of its answer.</summary>
    public static readonly TimeSpan HookTime = TimeSpan.FromSeconds(15);

    /// <summary>How long sending one mail may take.</summary>
    public static readonly TimeSpan MailTime = TimeSpan.FromSeconds(60);

    /// <summary>The wait after the first failure; it doubles with each further one.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait between two tries.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(60);

    /// <summary>The longest wait for a mail server that is away.</summary>
    public static readonly TimeSpan LongestMailPause = TimeSpan.FromMinutes(15);

    /// <summary>No digest waits longer: one that is due later was made by a clock that was ahead.</summary>
    public static readonly TimeSpan LongestDigest = TimeSpan.FromDays(2);

    /// <summary>
    /// Tries that must have failed before a delivery is given up after <see cref="GiveUp"/>, its own or, at a receiver that is away, those of all in a row: 72 hours have
    /// more of them, and a clock that jumps ahead for a moment has few.
    /// </summary>
    public const int GiveUpTries = 60;

    /// <summary>A delivery that fails this long after its first try, and often enough, is a dead letter.</summary>
    public static readonly TimeSpan GiveUp = TimeSpan.FromHours(72);

    /// <summary>How long what was sent can be listed.</summary>
    public static readonly TimeSpan KeepSent = TimeSpan.FromDays(30);

    /// <summary>How long a dead letter can be listed and tried again, from its first try on.</summary>
    public static readonly TimeSpan KeepDead = TimeSpan.FromDays(90);

    /// <summary>How long an event is kept after it was handled, unless something refers to it.</summary>
    public static readonly TimeSpan KeepEvents = TimeSpan.FromDays(90);

    /// <summary>The wait before a try, after so many failures.</summary>
    internal static TimeSpan Backoff(int failures, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(longest.Ticks, FirstRetry.Ticks << Math.Clamp(failures - 1, 0, 10)));
}
