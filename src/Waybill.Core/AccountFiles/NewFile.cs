namespace Waybill.Core.AccountFiles;

/// <summary>A file that somebody has not fetched yet.</summary>
/// <param name="Path">Its path in the vault.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Arrived">When it came.</param>
public sealed record NewFile(string Path, long Size, DateTimeOffset Arrived);
