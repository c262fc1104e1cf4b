using Microsoft.AspNetCore.Http;
using Waybill.Core;

namespace Waybill.Portal.Api;

/// <summary>What a call is answered.</summary>
internal sealed record ApiAnswer
{
    /// <summary>Why it was not done; null when it was.</summary>
    public ApiProblem? Problem { get; private init; }

    /// <summary>What is written as JSON; null for nothing.</summary>
    public object? Value { get; private init; }

    /// <summary>Another status than the endpoint's.</summary>
    public int? Status { get; init; }

    /// <summary>Bytes instead of JSON.</summary>
    public ApiContent? Content { get; private init; }

    /// <summary>Writes the answer itself, status and headers too.</summary>
    public Func<HttpContext, Task>? Write { get; private init; }

    /// <summary>Done, and nothing to tell.</summary>
    public static ApiAnswer Nothing { get; } = new();

    public static ApiAnswer Of(object value) => new() { Value = value };

    public static ApiAnswer Of(ApiContent content) => new() { Content = content };

    public static ApiAnswer Of(Func<HttpContext, Task> write) => new() { Write = write };

    /// <summary>A result of Core, shown.</summary>
    public static ApiAnswer Of<T>(Result<T> result, Func<T, object> view)
        where T : notnull => result.Succeeded ? Of(view(result.Value)) : result.Problem;

    /// <summary>A result of Core that is shown as it is.</summary>
    public static ApiAnswer Of<T>(Result<T> result)
        where T : notnull => Of(result, static value => value);

    /// <summary>An outcome of Core.</summary>
    public static ApiAnswer Of(Outcome outcome) => outcome.Succeeded ? Nothing : outcome.Problem;

    public static implicit operator ApiAnswer(Problem problem) => ApiProblem.Of(problem);

    public static implicit operator ApiAnswer(ApiProblem problem) => new() { Problem = problem };
}

/// <summary>A file or something else that is no JSON.</summary>
/// <param name="Stream">What is sent; the call disposes it.</param>
/// <param name="Length">Its bytes; null when nobody knows.</param>
/// <param name="FileName">What to call it.</param>
internal sealed record ApiContent(Stream Stream, long? Length, string FileName)
{
    /// <summary>Told how many bytes were sent, when it is over.</summary>
    public Func<long, ValueTask>? Sent { get; init; }
}
