namespace Waybill.Core.AccountFiles;

/// <summary>How far an upload is.</summary>
/// <param name="Offset">Bytes that are kept: the next piece begins there.</param>
/// <param name="IsDone">It is complete, and everybody sees the file.</param>
public sealed record UploadProgress(long Offset, bool IsDone);
