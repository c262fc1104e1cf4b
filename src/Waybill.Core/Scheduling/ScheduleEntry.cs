namespace Waybill.Core.Scheduling;

/// <summary>How a scheduled job stands.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Due">The last time that it was due at and is done with.</param>
/// <param name="Began">When it last began.</param>
/// <param name="Ended">When it ended; null while it runs or when it was cut off.</param>
/// <param name="Problem">Why it failed.</param>
public sealed record ScheduleEntry(string Job, DateTimeOffset Due, DateTimeOffset? Began, DateTimeOffset? Ended, string? Problem);
