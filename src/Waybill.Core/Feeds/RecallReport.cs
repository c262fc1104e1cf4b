using Waybill.Core.Catalogue;

namespace Waybill.Core.Feeds;

/// <summary>What was taken back.</summary>
/// <param name="Recall">Its number: <c>held release</c> publishes it again, <c>held discard</c> removes it for good.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Files">The files, and who had fetched them.</param>
public sealed record RecallReport(long Recall, string Account, IReadOnlyList<RecalledFile> Files);

/// <summary>A file that was taken back.</summary>
/// <param name="Path">Where it was.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Arrived">When it came.</param>
/// <param name="HiddenPath">Where its content lies in the vault now, hidden.</param>
/// <param name="Fetches">Who had fetched it, the latest first, at most <see cref="FeedLimits.FetchesTold"/>.</param>
public sealed record RecalledFile(string Path, long Size, DateTimeOffset Arrived, string HiddenPath, IReadOnlyList<FileFetch> Fetches);
