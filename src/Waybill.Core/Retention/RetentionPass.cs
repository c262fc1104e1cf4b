namespace Waybill.Core.Retention;

/// <summary>A plan or run of the past.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind"><c>plan</c> or <c>run</c>.</param>
/// <param name="Began">When it began.</param>
/// <param name="Ended">When it ended; null if it runs or was cut off.</param>
/// <param name="Files">Files marked or removed.</param>
/// <param name="Bytes">Bytes removed.</param>
/// <param name="Failed">Files that could not be removed.</param>
/// <param name="Missing">Files that were not there.</param>
/// <param name="Refusal">Why it did nothing.</param>
public sealed record RetentionPass(
    long Id, string Kind, DateTimeOffset Began, DateTimeOffset? Ended, long Files, long Bytes, long Failed, long Missing, string? Refusal);
