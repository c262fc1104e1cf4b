using System.Diagnostics.CodeAnalysis;

namespace Waybill.Storage;

/// <summary>A value, or why there is none. Failed file operations are normal outcomes, so they are values and not exceptions.</summary>
/// <typeparam name="T">The value's type.</typeparam>
/// <param name="Error">Why there is no value.</param>
/// <param name="Value">The value; default on failure.</param>
public readonly record struct StoreResult<T>(StoreError Error, T? Value)
{
    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Succeeded => Error == StoreError.None;

    /// <summary>Wraps a value.</summary>
    public static implicit operator StoreResult<T>(T value) => new(StoreError.None, value);

    /// <summary>Wraps a failure.</summary>
    public static implicit operator StoreResult<T>(StoreError error) => new(error, default);
}
