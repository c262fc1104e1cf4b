using System.Diagnostics.CodeAnalysis;

namespace Waybill.Core;

/// <summary>Done, or why not.</summary>
/// <param name="Problem">Why not; null when it is done.</param>
public readonly record struct Outcome(Problem? Problem)
{
    /// <summary>Done.</summary>
    public static Outcome Done => default;

    /// <summary>Whether it is done.</summary>
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool Succeeded => Problem is null;

    /// <summary>Wraps a problem.</summary>
    public static implicit operator Outcome(Problem problem) => new(problem);
}
