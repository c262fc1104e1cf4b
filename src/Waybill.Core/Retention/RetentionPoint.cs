namespace Waybill.Core.Retention;

/// <summary>The steps of a run between which it can be cut off; tests kill it there.</summary>
internal enum RetentionPoint
{
    Began,
    Recovered,
    Claimed,
    TookOne,
    Took,
    Recorded,
    Batch,
    Settling,
    Archived,
    Discarded,
    Settled,
    Cleaned,
}
