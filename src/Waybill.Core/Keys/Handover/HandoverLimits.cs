namespace Waybill.Core.Keys.Handover;

/// <summary>Bounds of handovers.</summary>
public static class HandoverLimits
{
    /// <summary>Handovers of one login that are open at the same time.</summary>
    public const int OpenForLogin = 3;

    /// <summary>Wrong codes for one part: the link ends with the last one, and staff may make a new one.</summary>
    public const int WrongCodes = 5;

    /// <summary>Digits of a code.</summary>
    public const int CodeDigits = 8;

    /// <summary>Characters of a code as somebody types it; longer ones are wrong.</summary>
    public const int TypedCode = 40;

    /// <summary>Handovers that a list shows.</summary>
    public const int Listed = 1000;

    /// <summary>How long the server keeps what nobody takes.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(72);

    /// <summary>How long a download that broke can be repeated.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromMinutes(15);

    /// <summary>How often what is over is cleared away.</summary>
    public static readonly TimeSpan PurgeEvery = TimeSpan.FromMinutes(5);

    /// <summary>How long an ended handover is listed; the audit keeps it for good.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(30);
}
