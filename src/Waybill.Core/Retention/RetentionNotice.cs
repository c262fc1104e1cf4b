namespace Waybill.Core.Retention;

/// <summary>What is behind the link of a notice.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Company">Its name.</param>
/// <param name="Run">When the files go.</param>
/// <param name="Listed">Files that it was told of.</param>
/// <param name="Files">Of them, those that still go.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="NeverFetched">Of them, those that nobody has fetched.</param>
public sealed record RetentionNotice(string Account, string Company, DateTimeOffset Run, long Listed, long Files, long Bytes, long NeverFetched)
{
    /// <summary>Whether there may be more than the link can hold.</summary>
    public bool IsCut => Listed >= RetentionLimits.LinkFiles;

    internal long AccountId { get; init; }
}

/// <summary>How a download by the link of a notice went.</summary>
/// <param name="Files">Files that were sent whole.</param>
/// <param name="Bytes">Their content.</param>
/// <param name="LeftOut">Files of the notice that were not sent.</param>
public sealed record RetentionDownload(long Files, long Bytes, long LeftOut);
