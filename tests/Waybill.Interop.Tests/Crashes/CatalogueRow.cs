namespace Waybill.Interop.Tests.Crashes;

/// <summary>A file that the catalogue says is there.</summary>
/// <param name="Path">In the vault.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Hash">SHA-256 in capital hexadecimal digits; null while it is not known.</param>
/// <param name="Found">The scan made the row, not the upload.</param>
internal sealed record CatalogueRow(string Path, long Size, string? Hash, bool Found);
