namespace Waybill.Core.Onboarding;

/// <summary>What the page of a question shows: the request as far as it is known.</summary>
/// <param name="Request">The request.</param>
/// <param name="Question">What is asked.</param>
/// <param name="Missing">The fields that are missing.</param>
public sealed record AnswerView(AccessRequest Request, string? Question, IReadOnlyList<FieldProblem> Missing);
