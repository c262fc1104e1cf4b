using Waybill.Core.Onboarding;

namespace Waybill.Portal.Requests;

/// <summary>What is said when a request was taken in.</summary>
/// <param name="Submission">What Core says of it.</param>
/// <param name="Email">The address that was given.</param>
internal sealed record RequestTaken(Submission Submission, string? Email);
