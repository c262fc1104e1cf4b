namespace Waybill.Core.Notifications;

/// <summary>How one try ended.</summary>
/// <param name="Verdict">What it means for this row and others.</param>
/// <param name="Error">Why, for a person; null when it was taken.</param>
internal readonly record struct SendOutcome(SendVerdict Verdict, string? Error)
{
    public static SendOutcome Taken => default;
}

/// <summary>What a try means.</summary>
internal enum SendVerdict
{
    /// <summary>The receiver has it.</summary>
    Taken,

    /// <summary>The receiver does not want this one now; others may go.</summary>
    Later,

    /// <summary>The receiver will never take this one.</summary>
    Never,

    /// <summary>The receiver is away; nothing else will go either.</summary>
    Away,
}
