namespace Waybill.Core.AccountFiles;

/// <summary>Something in a folder.</summary>
/// <param name="Name">Its name: anything that a customer can choose.</param>
/// <param name="Path">Its path in the vault.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Changed">When it came by the catalogue; of what that does not know, when it was changed.</param>
/// <param name="IsNew">Neither the person nor a login of theirs has fetched or delivered it.</param>
/// <param name="IsUnfinished">A cut-off upload of the person's own, which can be gone on with.</param>
public sealed record FolderEntry(string Name, string Path, bool IsFolder, long Size, DateTimeOffset Changed, bool IsNew, bool IsUnfinished);
