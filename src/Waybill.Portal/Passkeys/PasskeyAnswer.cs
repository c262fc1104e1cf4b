using Waybill.Core.People;

namespace Waybill.Portal.Passkeys;

/// <summary>What a browser answered to a question for a passkey.</summary>
/// <param name="Use">What it said; null when it is no right answer.</param>
/// <param name="Why">What is wrong with it, for the audit.</param>
/// <param name="CredentialId">The passkey that it names, right or not; null for none.</param>
internal sealed record PasskeyAnswer(PasskeyUse? Use, string Why, byte[]? CredentialId);
