namespace Waybill.Core.Onboarding;

/// <summary>Something that happened to a request.</summary>
/// <param name="Time">When.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="What">A word: one of the audit's for requests, <c>mail</c> for a mail to the person, <c>mail-in</c> for one from them.</param>
/// <param name="Detail">More; null for nothing.</param>
/// <param name="Mail">The mail; null when it is about none.</param>
public sealed record RequestEvent(DateTimeOffset Time, string Actor, string What, string? Detail, RequestMail? Mail);
