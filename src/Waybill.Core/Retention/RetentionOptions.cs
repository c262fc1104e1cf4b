namespace Waybill.Core.Retention;

/// <summary>What the configuration says of retention.</summary>
public sealed record RetentionOptions
{
    /// <summary>How long a file stays that no policy speaks of.</summary>
    public int Months { get; init; } = 12;

    /// <summary>How many days before a run customers are told; 0 for never.</summary>
    public int NoticeDays { get; init; } = 14;

    /// <summary>The directory of the archive (<see cref="Vaults.FileArchive"/>) that files go to instead of being deleted; null deletes them.</summary>
    public string? Archive { get; init; }

    /// <summary>When runs are.</summary>
    public RunCalendar Calendar { get; init; } = new(1, new TimeOnly(3, 0), TimeZoneInfo.Utc);

    /// <summary>How long before a run a file must be marked for it.</summary>
    internal TimeSpan Lead => TimeSpan.FromDays(Math.Max(NoticeDays, RetentionLimits.MarkAge.TotalDays));
}
