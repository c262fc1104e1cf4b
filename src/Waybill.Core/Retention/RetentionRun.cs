namespace Waybill.Core.Retention;

/// <summary>What a run did.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Files">Files that left their vaults.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Failed">Files that could not be taken; the next run tries again.</param>
/// <param name="Missing">Files that the catalogue knows and the disk does not.</param>
/// <param name="Failures">The first of both.</param>
public sealed record RetentionRun(long Id, long Files, long Bytes, long Failed, long Missing, IReadOnlyList<RetentionFailure> Failures);
