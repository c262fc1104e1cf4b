namespace Waybill.Core.Vaults;

/// <summary>The collect right in a folder and what lies below it.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Login">The customer login that has it; null for all of the account.</param>
/// <param name="Folder">The folder.</param>
public sealed record CollectRight(string Account, string? Login, string Folder);
