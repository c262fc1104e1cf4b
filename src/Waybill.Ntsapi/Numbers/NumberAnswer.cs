namespace Waybill.Ntsapi.Numbers;

/// <summary>What a call about numbers came to.</summary>
public enum NumberResult
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>Nothing is free that fits, or it is not one of the login's numbers: whether somebody else has it, nobody is told.</summary>
    NotFound,

    /// <summary>The state of the number stands against it.</summary>
    NotNow,

    /// <summary>It can never be done so: a target that is none, a text that is too long.</summary>
    Invalid,

    /// <summary>The login may not do it.</summary>
    Forbidden,

    /// <summary>It comes too fast; in a while it can be done.</summary>
    TooFast,

    /// <summary>The server cannot do it at the moment.</summary>
    Unavailable,
}

/// <summary>What a call about numbers came to, and why.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Words">Why, in words for the client: one line of ASCII; null where the result says all.</param>
public readonly record struct NumberAnswer(NumberResult Result, string? Words = null)
{
    /// <summary>It is done.</summary>
    public static NumberAnswer Done => default;

    /// <summary>Whether it is done.</summary>
    public bool IsDone => Result == NumberResult.Done;
}

/// <summary>The same, of a call that has something to tell.</summary>
/// <typeparam name="T">What it tells.</typeparam>
/// <param name="Answer">What it came to.</param>
/// <param name="Value">What it tells; set when it is done.</param>
public readonly record struct NumberAnswer<T>(NumberAnswer Answer, T Value)
{
    /// <summary>Whether it is done.</summary>
    public bool IsDone => Answer.IsDone;

    /// <summary>It is done, and that is what it tells.</summary>
    public static implicit operator NumberAnswer<T>(T value) => new(NumberAnswer.Done, value);

    /// <summary>It is not done.</summary>
    public static implicit operator NumberAnswer<T>(NumberAnswer answer) => new(answer, default!);
}
