namespace Waybill.Core.Audit;

/// <summary>What a verification found.</summary>
public enum AuditFindingKind
{
    /// <summary>A row is not what was recorded.</summary>
    RowChanged,

    /// <summary>Rows are missing between others, or at the beginning.</summary>
    RowMissing,

    /// <summary>A row stands where another one was: moved, copied or replaced.</summary>
    RowOutOfPlace,

    /// <summary>A row with a number that the log never gives.</summary>
    RowInserted,

    /// <summary>From a row to the end everything was written with another key.</summary>
    ChainRecomputed,

    /// <summary>The last rows are missing: cut off, or an old database was put back.</summary>
    TailMissing,

    /// <summary>The anchor knows another row under its number: this is not the database that it was written for.</summary>
    AnchorMismatch,

    /// <summary>The anchor file is gone.</summary>
    AnchorMissing,

    /// <summary>The anchor file was not written with the log's key.</summary>
    AnchorForged,

    /// <summary>The server itself recorded that anchor and database did not fit, and went on.</summary>
    GapRecorded,

    /// <summary>The table cannot be read to its end.</summary>
    Unreadable,
}
