using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>A folder of each vault, and each login kind's rights on what lies in it.</summary>
/// <param name="Path">Its path in the vault. A component <c>{vendor}</c> stands for each vendor's short name.</param>
/// <param name="Customer">The rights of customer logins below it.</param>
/// <param name="Vendor">The rights of the vendor's login below it; only for paths with <c>{vendor}</c>.</param>
public sealed record FolderTemplate(string Path, FileRights Customer, FileRights Vendor = FileRights.None);
