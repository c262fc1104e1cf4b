namespace Waybill.Core.AccountFiles;

/// <summary>A part of a folder: its folders first, each by name.</summary>
/// <param name="Entries">The part.</param>
/// <param name="Next">What to pass to get the part after it; null at the end.</param>
/// <param name="IsCut">The folder has more entries than are looked at.</param>
public sealed record FolderPage(IReadOnlyList<FolderEntry> Entries, string? Next, bool IsCut);
