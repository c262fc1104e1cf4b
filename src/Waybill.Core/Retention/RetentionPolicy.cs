namespace Waybill.Core.Retention;

/// <summary>How long files of a scope stay.</summary>
/// <param name="Account">The account's number; null for all accounts.</param>
/// <param name="Folder">The folder, as <c>/cdr</c>; <c>/</c> for all of the vault.</param>
/// <param name="Months">How long.</param>
/// <param name="SetBy">Who said so.</param>
/// <param name="Set">When.</param>
public sealed record RetentionPolicy(string? Account, string Folder, int Months, string SetBy, DateTimeOffset Set);
