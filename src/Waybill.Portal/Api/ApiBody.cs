using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Waybill.Portal.Api;

/// <summary>The body of a call: read whole and in memory, or, where files are sent, in a file that nobody else sees.</summary>
internal sealed class ApiBody : IAsyncDisposable
{
    /// <summary>What it says; null where it is not wanted.</summary>
    public object? Value { get; private init; }

    /// <summary>Why it cannot be taken.</summary>
    public ApiProblem? Problem { get; private init; }

    /// <summary>A hash of all of it.</summary>
    public byte[] Hash { get; private init; } = [];

    public static async ValueTask<ApiBody> ReadAsync(ApiEndpoint endpoint, HttpContext context)
    {
        if (endpoint.Upload is not null)
        {
            return await ReadFilesAsync(context);
        }

        try
        {
            // One more than there may be, so that what is too long is seen.
            using var content = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (content.Length <= PortalLimits.Body && await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
            {
                content.Write(buffer, 0, count);
            }

            return content.Length > PortalLimits.Body ? Bad(StatusCodes.Status413PayloadTooLarge, null) : Parse(endpoint, context.Request, content.GetBuffer().AsSpan(0, (int)content.Length));
        }
        catch (BadHttpRequestException error)
        {
            return Bad(error.StatusCode, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Value is ApiUpload upload)
        {
            await upload.DisposeAsync();
        }
    }

    private static ApiBody Parse(ApiEndpoint endpoint, HttpRequest request, ReadOnlySpan<byte> content)
    {
        if (endpoint.Request is not { } type)
        {
            return content.Length == 0 ? new ApiBody() : Bad(StatusCodes.Status400BadRequest, "This call has no body. Leave it out.");
        }

        if (content.Length == 0)
        {
            return Bad(StatusCodes.Status400BadRequest, "The body is missing. Send JSON as /v1/openapi.json says.");
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media) || !media.MediaType.Equals(ApiJson.Media, StringComparison.OrdinalIgnoreCase))
        {
            return Bad(StatusCodes.Status415UnsupportedMediaType, "The body is JSON. Say so: Content-Type: application/json");
        }

        try
        {
            return JsonSerializer.Deserialize(content, type, ApiJson.Options) is { } value
                ? new ApiBody { Value = value, Hash = SHA256.HashData(content) }
                : Bad(StatusCodes.Status400BadRequest, "The body is null. Send an object as /v1/openapi.json says.");
        }
        catch (JsonException error)
        {
            return Bad(StatusCodes.Status400BadRequest, Describe(error, type));
        }
    }

    /// <summary>Where it is wrong. The serializer's own words name types of the program, which nobody outside knows.</summary>
    private static string Describe(JsonException error, Type type)
    {
        var names = string.Join(", ", ApiJson.Options.GetTypeInfo(type).Properties.Select(static property => property.Name));
        var place = error.Path is { Length: > 2 } path ? $" at {path}" : "";
        return $"The body is no JSON of the right form{place}{(error.LineNumber is { } line ? $" (line {line + 1})" : "")}. It has {names}; /v1/openapi.json says which are needed.";
    }

    private static async ValueTask<ApiBody> ReadFilesAsync(HttpContext context)
    {
        var read = await ApiUpload.ReadAsync(context);
        return read.Problem is { } problem ? new ApiBody { Problem = problem } : new ApiBody { Value = read.Upload, Hash = read.Upload!.Hash };
    }

    private static ApiBody Bad(int status, string? detail) => new() { Problem = ApiProblem.Of(status, detail) };
}
