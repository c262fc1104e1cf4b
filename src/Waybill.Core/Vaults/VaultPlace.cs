namespace Waybill.Core.Vaults;

/// <summary>A place in a vault, as the provider sees it.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Path">The path in its vault; with a vendor's folder in front it may be longer than the paths that clients can name.</param>
public sealed record VaultPlace(string Account, string Path);
