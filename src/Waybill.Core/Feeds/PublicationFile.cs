namespace Waybill.Core.Feeds;

/// <summary>A file of a set.</summary>
/// <param name="Path">Its place in the vault.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The hash of its content, in hexadecimal digits; null where it is not known.</param>
/// <param name="Held">Why it is held; null for the other files of the set.</param>
/// <param name="HiddenPath">Where its content lies in the vault while it is not shown.</param>
public sealed record PublicationFile(string Path, long Size, string? Sha256, HeldReason? Held, string? HiddenPath);
