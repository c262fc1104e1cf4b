namespace Waybill.Core.Onboarding;

/// <summary>What is wrong with a field of the form.</summary>
/// <param name="Field">The field, as <c>email</c> or <c>key</c>.</param>
/// <param name="Message">What is wrong and what to do, for the person who fills it in.</param>
public sealed record FieldProblem(string Field, string Message);
