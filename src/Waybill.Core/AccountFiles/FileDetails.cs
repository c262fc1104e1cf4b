using Waybill.Core.Catalogue;

namespace Waybill.Core.AccountFiles;

/// <summary>What is known of a file.</summary>
/// <param name="Entry">The file.</param>
/// <param name="Catalogue">Its version in the catalogue; null where that does not know it yet.</param>
/// <param name="MayRemove">Whether it may be removed here.</param>
/// <param name="MayRename">Whether it may get another name here.</param>
/// <param name="IsArchived">What is removed or renamed goes to the account's archive.</param>
public sealed record FileDetails(FolderEntry Entry, CatalogueFile? Catalogue, bool MayRemove, bool MayRename, bool IsArchived);
