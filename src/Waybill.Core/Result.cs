using System.Diagnostics.CodeAnalysis;

namespace Waybill.Core;

/// <summary>A value, or why there is none. What a person can get wrong is a value and not an exception.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct Result<T>
    where T : notnull
{
    internal Result(Problem? problem, T? value)
    {
        Problem = problem;
        Value = value;
    }

    /// <summary>Why there is no value; null when there is one.</summary>
    public Problem? Problem { get; }

    /// <summary>The value.</summary>
    public T? Value { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Problem))]
    public bool Succeeded => Problem is null;

    /// <summary>Wraps a value.</summary>
    public static implicit operator Result<T>(T value) => new(null, value);

    /// <summary>Wraps a problem.</summary>
    public static implicit operator Result<T>(Problem problem) => new(problem, default);
}

/// <summary>Makes results where the value's type has no conversion: interfaces.</summary>
public static class Result
{
    /// <summary>Wraps a value.</summary>
    public static Result<T> Of<T>(T value)
        where T : notnull => new(null, value);
}
