namespace Waybill.Core;

/// <summary>Why a request cannot be done: one line for a person, what it is and what to do.</summary>
/// <param name="Kind">The sort of reason, for programs.</param>
/// <param name="Message">The line.</param>
public sealed record Problem(ProblemKind Kind, string Message)
{
    internal static Problem NotFound(string message) => new(ProblemKind.NotFound, message);

    internal static Problem AlreadyExists(string message) => new(ProblemKind.AlreadyExists, message);

    internal static Problem Invalid(string message) => new(ProblemKind.Invalid, message);

    internal static Problem Refused(string message) => new(ProblemKind.Refused, message);

    internal static Problem Forbidden(string message) => new(ProblemKind.Forbidden, message);

    internal static Problem LimitReached(string message) => new(ProblemKind.LimitReached, message);

    internal static Problem TooFast(string message) => new(ProblemKind.TooFast, message);

    internal static Problem Unusable(string message) => new(ProblemKind.Unusable, message);
}
