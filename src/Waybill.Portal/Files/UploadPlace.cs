namespace Waybill.Portal.Files;

/// <summary>Where a form puts files.</summary>
/// <param name="Address">What takes them.</param>
/// <param name="Folder">The page of the folder.</param>
internal sealed record UploadPlace(string Address, string Folder);
