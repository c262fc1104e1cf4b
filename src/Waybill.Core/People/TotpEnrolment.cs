namespace Waybill.Core.People;

/// <summary>An authenticator that is being set up.</summary>
/// <param name="Secret">The secret in base32, to be typed in.</param>
/// <param name="Uri">The otpauth address, for a QR code.</param>
public sealed record TotpEnrolment(string Secret, string Uri);
