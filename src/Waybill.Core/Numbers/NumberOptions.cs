namespace Waybill.Core.Numbers;

/// <summary>What the provider chose about numbers.</summary>
public sealed record NumberOptions
{
    /// <summary>The longest quarantine, in days.</summary>
    public const int LongestQuarantine = 3650;

    /// <summary>The longest term, in months.</summary>
    public const int LongestTerm = 120;

    /// <summary>The shortest time for which changes are kept, in days: a switch may be away for a week.</summary>
    public const int ShortestChanges = 7;

    /// <summary>The longest.</summary>
    public const int LongestChanges = 3650;

    /// <summary>How many days a number that was given back is kept for whoever had it; 0 for not at all.</summary>
    public int QuarantineDays { get; init; } = 90;

    /// <summary>For how many months a number is activated; then it is renewed for as long, unless it is to end.</summary>
    public int TermMonths { get; init; } = 12;

    /// <summary>For how many days the change feed and the history of numbers are kept; the audit keeps the same for ever.</summary>
    public int ChangeDays { get; init; } = 365;

    /// <summary>How many numbers an account takes by itself (<see cref="NumberLimits.PerAccount"/>); accounts can have a number of their own.</summary>
    public int MaxPerAccount { get; init; } = NumberLimits.PerAccount;

    /// <summary>Whether numbers may be pointed at telephone numbers, where nothing else is set for an account: those calls are charged, and who takes an account over calls dear numbers with it.</summary>
    public bool PstnTargets { get; init; }

    /// <summary>The zone in which days of terms begin and end.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;
}
