using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Waybill.Core.Feeds;
using Waybill.Portal.Files;

namespace Waybill.Portal.Api;

/// <summary>
/// Files that were sent, as multipart/form-data. They are read whole before anything is done with them, so that a repetition with the same key is known by its content.
/// </summary>
internal sealed class ApiUpload : IAsyncDisposable
{
    /// <summary>Characters of a boundary (RFC 2046 section 5.1.1).</summary>
    internal const int BoundaryLength = 70;

    private readonly IDisposable _turn;
    private readonly UploadedSet _set;

    private ApiUpload(IDisposable turn, UploadRoom room) => (_turn, _set) = (turn, new UploadedSet(room));

    /// <summary>That there is no turn left.</summary>
    public static ApiProblem Busy =>
        ApiProblem.With(StatusCodes.Status503ServiceUnavailable, "busy", $"{PortalLimits.ApiUploads} others are sending files. Send them again in a moment.") with { RetryAfter = 5 };

    /// <summary>A hash of all names and contents, in their order; not of the boundary, which is another one each time.</summary>
    public byte[] Hash => _set.Hash;

    /// <summary>The files.</summary>
    public IReadOnlyList<PublishFile> Files => _set.Files;

    public static async ValueTask<(ApiUpload? Upload, ApiProblem? Problem)> ReadAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var media) || !media.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(media.Boundary).Value is not { Length: > 0 and <= BoundaryLength } boundary)
        {
            return (null, ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "The body is multipart/form-data with a boundary; each part is a file with its name."));
        }

        var room = context.RequestServices.GetRequiredService<UploadRoom>();
        if (room.TryTake() is not { } turn)
        {
            return (null, Busy);
        }

        var upload = new ApiUpload(turn, room);
        ApiProblem? problem = ApiProblem.Of(StatusCodes.Status400BadRequest);
        try
        {
            problem = !room.HasRoomFor(context.Request.ContentLength ?? 0) ? NoRoom() : await upload.ReadAsync(new MultipartReader(boundary, context.Request.Body), context.RequestAborted);
        }
        catch (BadHttpRequestException error)
        {
            problem = ApiProblem.Of(error.StatusCode);
        }
        catch (InvalidDataException)
        {
            problem = ApiProblem.Of(StatusCodes.Status400BadRequest, "The body is no multipart/form-data that can be read. Send it as curl -F file=@NAME does.");
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            problem = ApiProblem.Of(StatusCodes.Status400BadRequest, "The body ended too early. Send it again.");
        }
        finally
        {
            if (problem is not null)
            {
                await upload.DisposeAsync();
            }
        }

        return problem is null ? (upload, null) : (null, problem);
    }

    public async ValueTask DisposeAsync()
    {
        await _set.DisposeAsync();
        _turn.Dispose();
    }

    private async ValueTask<ApiProblem?> ReadAsync(MultipartReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || NameOf(disposition) is not { Length: > 0 } name)
            {
                return ApiProblem.Invalid("A part of the body has no file name. Send each file as curl -F file=@NAME does.");
            }

            switch (await _set.AddAsync(name, section.Body, cancellationToken))
            {
                case UploadVerdict.TooMany:
                    return ApiProblem.Invalid($"There are more than {FeedLimits.SetFiles} files. Send them in several sets.");
                case UploadVerdict.NoRoom:
                    return NoRoom();
            }
        }

        return Files.Count > 0 ? null : ApiProblem.Invalid("There is no file in the body. Send each as curl -F file=@NAME does.");
    }

    private static ApiProblem NoRoom() =>
        ApiProblem.With(StatusCodes.Status503ServiceUnavailable, "no-room", "The server has no room for these files. Nothing was published; tell the provider, and try again later.") with { RetryAfter = 60 };

    private static string? NameOf(ContentDispositionHeaderValue disposition) =>
        HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
}
