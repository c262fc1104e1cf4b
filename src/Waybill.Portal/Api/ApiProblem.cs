using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Waybill.Core;
using Waybill.Core.Numbers;

namespace Waybill.Portal.Api;

/// <summary>An answer of RFC 9457.</summary>
/// <param name="Type">What sort of problem, for programs.</param>
/// <param name="Title">The same in words.</param>
/// <param name="Status">The status code.</param>
/// <param name="Detail">What happened this time, and what to do next.</param>
internal sealed record ApiProblem(string Type, string Title, int Status, string Detail)
{
    private const string Prefix = "urn:waybill:problem:";

    /// <summary>Then the largest block may be changed, whatever came before.</summary>
    private const int TooFastSeconds = NumberLimits.Block / NumberLimits.BlockNumbersPerSecond;

    /// <summary>Seconds after which to ask again; goes into a header.</summary>
    internal int? RetryAfter { get; init; }

    /// <summary>Where to go on; only where what was asked for is gone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Next { get; init; }

    /// <summary>Every sort that there is, for the document.</summary>
    internal static IReadOnlyList<(int Status, string Word, string Detail)> All { get; } =
    [
        (400, "bad-request", "The request cannot be read. Compare it with /v1/openapi.json."),
        (401, "no-token", "Send a token that works as `Authorization: Bearer TOKEN`; the provider makes one with `waybill token add`."),
        (403, "not-allowed", "The token may not do this. Ask the provider for one that may."),
        (404, "not-found", "There is no such address. /v1/openapi.json lists all that there are."),
        (405, "wrong-method", "This address is there, but not for this method. The header Allow says for which."),
        (408, "too-slow", "The request did not come in time. Send it again."),
        (409, "conflict", "It does not go together with how things are. Look at them again."),
        (410, "gone", "What was asked for is not kept any more. The detail says how to go on without it."),
        (412, "changed", "It is not the version any more that If-Match or If-Unmodified-Since names. Fetch it from its beginning."),
        (413, "too-large", "The body is too large. Send less at once; the document says how much."),
        (415, "wrong-media", "The body is of the wrong type. Send the media type that /v1/openapi.json says."),
        (416, "no-such-range", "The header Range asks for bytes that are not there. Content-Range says how many there are."),
        (422, "invalid", "A value is not valid."),
        (429, "too-many-requests", "Too many requests came from this address or this caller. Wait as long as the header Retry-After says."),
        (500, "failed", "Something failed inside; the server's log has it. Try again later, with the same Idempotency-Key."),
        (503, "unavailable", "The server cannot do this at the moment. Try again later."),
    ];

    /// <summary>Why Core did not do it.</summary>
    public static ApiProblem Of(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem.Kind switch
        {
            ProblemKind.NotFound => With(StatusCodes.Status404NotFound, "not-found", problem.Message),
            ProblemKind.AlreadyExists => With(StatusCodes.Status409Conflict, "already-exists", problem.Message),
            ProblemKind.Invalid => With(StatusCodes.Status422UnprocessableEntity, "invalid", problem.Message),
            ProblemKind.Refused => With(StatusCodes.Status409Conflict, "refused", problem.Message),
            ProblemKind.Forbidden => With(StatusCodes.Status403Forbidden, "forbidden", problem.Message),
            ProblemKind.LimitReached => With(StatusCodes.Status409Conflict, "limit-reached", problem.Message),
            ProblemKind.TooFast => With(StatusCodes.Status429TooManyRequests, "too-many-requests", problem.Message) with { RetryAfter = TooFastSeconds },
            ProblemKind.Busy => With(StatusCodes.Status503ServiceUnavailable, "busy", problem.Message) with { RetryAfter = 1 },
            _ => With(StatusCodes.Status503ServiceUnavailable, "unavailable", problem.Message) with { RetryAfter = 60 },
        };
    }

    /// <summary>One of which the status says all.</summary>
    public static ApiProblem Of(int status, string? detail = null)
    {
        var known = All.FirstOrDefault(row => row.Status == status);
        return With(status, known.Word ?? (status < 500 ? "bad-request" : "failed"), detail ?? known.Detail ?? "The request cannot be done. Compare it with /v1/openapi.json.");
    }

    public static ApiProblem NotFound(string detail) => Of(StatusCodes.Status404NotFound, detail);

    public static ApiProblem Invalid(string detail) => Of(StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>One with a word of its own.</summary>
    public static ApiProblem With(int status, string word, string detail)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        return new(Prefix + word, title.Length == 0 ? "Error" : title, status, detail);
    }
}
