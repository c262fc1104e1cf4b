namespace Waybill.Portal.People;

/// <summary>What is wrong with a form for a new password, each beside its field.</summary>
/// <param name="Again">With its repetition.</param>
/// <param name="Proof">With what shows who sets it: the password before, or a code.</param>
/// <param name="Password">With the new one.</param>
/// <param name="Other">With nothing that was typed.</param>
internal sealed record PasswordErrors(string? Again = null, string? Proof = null, string? Password = null, string? Other = null);
