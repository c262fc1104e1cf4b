using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Waybill.Portal.Files;

namespace Waybill.Portal.Api;

/// <summary>The body of a call: read whole and in memory; where files are sent, in a file that nobody else sees; or left to the call, which reads it as it comes.</summary>
internal sealed class ApiBody : IAsyncDisposable
{
    /// <summary>What it says; null where it is not wanted.</summary>
    public object? Value { get; private init; }

    /// <summary>Why it cannot be taken.</summary>
    public ApiProblem? Problem { get; private init; }

    /// <summary>Given back with the body.</summary>
    private IDisposable? Turn { get; init; }

    /// <summary>A hash of all of it.</summary>
    public byte[] Hash { get; private init; } = [];

    /// <summary>All that was read of JSON, or of what should be some; a file is not here.</summary>
    public ReadOnlyMemory<byte> Text { get; private init; }

    public static ValueTask<ApiBody> ReadAsync(ApiEndpoint endpoint, HttpContext context) => endpoint switch
    {
        { Upload: null } => ReadJsonAsync(endpoint, context),
        { UploadAs: ApiUploadKind.Files } => ReadFilesAsync(context),
        _ when !IsOf(endpoint.Upload, context.Request) => new(Bad(StatusCodes.Status415UnsupportedMediaType, $"The body is sent as it is. Say so: Content-Type: {endpoint.Upload}")),
        { UploadAs: ApiUploadKind.Memory } => ReadToMemoryAsync(endpoint, context),
        _ => new(new ApiBody()),
    };

    public async ValueTask DisposeAsync()
    {
        Turn?.Dispose();
        if (Value is ApiUpload upload)
        {
            await upload.DisposeAsync();
        }
    }

    private static async ValueTask<ApiBody> ReadJsonAsync(ApiEndpoint endpoint, HttpContext context)
    {
        var content = await ReadAsync(context, PortalLimits.Body);
        var read = content.Problem is not null ? content : Parse(endpoint, context.Request, content.Text.Span);
        return new ApiBody { Value = read.Value, Problem = read.Problem, Hash = read.Hash, Text = content.Text };
    }

    private static async ValueTask<ApiBody> ReadToMemoryAsync(ApiEndpoint endpoint, HttpContext context)
    {
        var turn = context.RequestServices.GetRequiredService<UploadRoom>().TryTake();
        if (turn is null)
        {
            return new ApiBody { Problem = ApiUpload.Busy };
        }

        ApiBody? body = null;
        try
        {
            var content = await ReadAsync(context, endpoint.UploadSize);
            body = new ApiBody
            {
                Problem = content.Problem ?? (content.Text.IsEmpty ? ApiProblem.Of(StatusCodes.Status400BadRequest, "The body is missing. Send the file as it is.") : null),
                Value = content.Text, Hash = SHA256.HashData(content.Text.Span), Turn = turn,
            };
            return body;
        }
        finally
        {
            if (body is null)
            {
                turn.Dispose();
            }
        }
    }

    /// <summary>Reads all of it into memory, or says why not.</summary>
    private static async ValueTask<ApiBody> ReadAsync(HttpContext context, long longest)
    {
        // One more than there may be, so that what is too long is seen.
        using var content = new MemoryStream();
        try
        {
            var buffer = new byte[16 * 1024];
            while (content.Length <= longest && await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is var count and > 0)
            {
                content.Write(buffer, 0, count);
            }

            return new ApiBody { Text = Read(content), Problem = content.Length > longest ? ApiProblem.Of(StatusCodes.Status413PayloadTooLarge) : null };
        }
        catch (BadHttpRequestException error)
        {
            return new ApiBody { Text = Read(content), Problem = ApiProblem.Of(error.StatusCode) };
        }

        static ReadOnlyMemory<byte> Read(MemoryStream content) => content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    private static bool IsOf(string expected, HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var media) && media.MediaType.Equals(expected, StringComparison.OrdinalIgnoreCase);

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

        if (!IsOf(ApiJson.Media, request))
        {
            return Bad(StatusCodes.Status415UnsupportedMediaType, "The body is JSON. Say so: Content-Type: application/json");
        }

        try
        {
            return JsonSerializer.Deserialize(content, type, ApiJson.Options) is not { } value ? Bad(StatusCodes.Status400BadRequest, "The body is null. Send an object as /v1/openapi.json says.")
                : HasNullInList(content) ? Bad(StatusCodes.Status400BadRequest, "A list of the body holds null. Leave it out.")
                : new ApiBody { Value = value, Hash = SHA256.HashData(content) };
        }
        catch (JsonException error)
        {
            return Bad(StatusCodes.Status400BadRequest, Describe(error, type));
        }
    }

    /// <summary>What the serializer takes without a word, and no list of ours can hold.</summary>
    private static bool HasNullInList(ReadOnlySpan<byte> content)
    {
        // The lowest bit says whether what is open is a list; the serializer has refused more than 64 levels.
        var lists = 0UL;
        var reader = new Utf8JsonReader(content);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    lists = (lists << 1) | 1;
                    break;
                case JsonTokenType.StartObject:
                    lists <<= 1;
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    lists >>= 1;
                    break;
                case JsonTokenType.Null when (lists & 1) == 1:
                    return true;
                default:
                    break;
            }
        }

        return false;
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
