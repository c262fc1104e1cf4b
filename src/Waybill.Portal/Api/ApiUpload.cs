using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Waybill.Core.Feeds;

namespace Waybill.Portal.Api;

/// <summary>
/// Files that were sent, as multipart/form-data. They are read whole before anything is done with them: a slow sender keeps no lock of a vault, and a repetition
/// with the same key is known by its content.
/// </summary>
internal sealed class ApiUpload : IAsyncDisposable
{
    /// <summary>Characters of a boundary (RFC 2046 section 5.1.1).</summary>
    internal const int BoundaryLength = 70;

    private readonly IDisposable _turn;
    private readonly List<(string Name, FileStream Content)> _files = [];

    private ApiUpload(IDisposable turn) => _turn = turn;

    /// <summary>That there is no turn left.</summary>
    public static ApiProblem Busy =>
        ApiProblem.With(StatusCodes.Status503ServiceUnavailable, "busy", $"{PortalLimits.ApiUploads} others are sending files. Send them again in a moment.") with { RetryAfter = 5 };

    /// <summary>A hash of all names and contents, in their order; not of the boundary, which is another one each time.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>The files.</summary>
    public IReadOnlyList<PublishFile> Files => [.. _files.Select(static file => new PublishFile(file.Name, () => new Borrowed(file.Content)))];

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

        var upload = new ApiUpload(turn);
        ApiProblem? problem = ApiProblem.Of(StatusCodes.Status400BadRequest);
        try
        {
            problem = !room.HasRoomFor(context.Request.ContentLength ?? 0) ? NoRoom() : await upload.ReadAsync(new MultipartReader(boundary, context.Request.Body), room, context.RequestAborted);
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
        foreach (var (_, content) in _files)
        {
            await content.DisposeAsync();
        }

        _turn.Dispose();
    }

    private async ValueTask<ApiProblem?> ReadAsync(MultipartReader reader, UploadRoom room, CancellationToken cancellationToken)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[PortalLimits.ApiBlock];
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) || NameOf(disposition) is not { Length: > 0 } name)
            {
                return ApiProblem.Invalid("A part of the body has no file name. Send each file as curl -F file=@NAME does.");
            }

            if (_files.Count >= FeedLimits.SetFiles)
            {
                return ApiProblem.Invalid($"There are more than {FeedLimits.SetFiles} files. Send them in several sets.");
            }

            var file = room.Create();
            _files.Add((name, file));
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            while (await section.Body.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                if (!room.HasRoomFor(count))
                {
                    return NoRoom();
                }

                hash.AppendData(buffer.AsSpan(0, count));
                try
                {
                    await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                }
                catch (IOException)
                {
                    return NoRoom();
                }
            }

            all.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
            all.AppendData(hash.GetHashAndReset());
        }

        Hash = all.GetHashAndReset();
        return _files.Count > 0 ? null : ApiProblem.Invalid("There is no file in the body. Send each as curl -F file=@NAME does.");
    }

    private static ApiProblem NoRoom() =>
        ApiProblem.With(StatusCodes.Status503ServiceUnavailable, "no-room", "The server has no room for these files. Nothing was published; tell the provider, and try again later.") with { RetryAfter = 60 };

    private static string? NameOf(ContentDispositionHeaderValue disposition) =>
        HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;

    /// <summary>Reads a file from its beginning, without closing it.</summary>
    private sealed class Borrowed(FileStream file) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => file.Length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = RandomAccess.Read(file.SafeFileHandle, buffer, _position);
            _position += count;
            return count;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await RandomAccess.ReadAsync(file.SafeFileHandle, buffer, _position, cancellationToken);
            _position += count;
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
