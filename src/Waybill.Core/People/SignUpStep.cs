namespace Waybill.Core.People;

/// <summary>Somebody behind a sign-up link has chosen a password, and sets an authenticator up.</summary>
/// <param name="Enrolment">The authenticator, made for this browser.</param>
/// <param name="Kept">What the browser keeps and shows with the first code, sealed; the server keeps nothing of it.</param>
public sealed record SignUpStep(TotpEnrolment Enrolment, string Kept);
