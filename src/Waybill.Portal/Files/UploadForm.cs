using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Waybill.Portal.Files;

/// <summary>
/// A form with files as it comes in: read from the network straight into the vault, since neither memory nor another disk has room for it. The token is the form's first
/// field, and nothing is taken before it was checked.
/// </summary>
internal sealed class UploadForm
{
    private const string TokenField = "__RequestVerificationToken";
    private const string TokenHeader = "RequestVerificationToken";
    /// <summary>Characters of the field with the token: whoever sends no token of ours is not read on.</summary>
    internal const int LongestField = 1024;

    private readonly HttpContext _context;
    private readonly IAntiforgery _antiforgery;
    private readonly MultipartReader? _reader;

    public UploadForm(HttpContext context, IAntiforgery antiforgery)
    {
        (_context, _antiforgery) = (context, antiforgery);
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 70 } boundary)
        {
            _reader = new MultipartReader(boundary.ToString(), context.Request.Body);
        }
    }

    /// <summary>Whether the form was sent from a page of ours.</summary>
    public async Task<bool> IsOursAsync()
    {
        if (_reader is not null)
        {
            var first = await NextAsync();
            if (first is null || first.Value.Name != TokenField)
            {
                return false;
            }

            using var text = new StreamReader(first.Value.Body);
            var token = new char[LongestField];
            var length = await text.ReadBlockAsync(token, _context.RequestAborted);
            _context.Request.Headers[TokenHeader] = new string(token, 0, length);
        }

        return await _antiforgery.IsRequestValidAsync(_context);
    }

    /// <summary>The next file that somebody chose; null at the form's end. One that ends too early is an <see cref="IOException"/>.</summary>
    public async Task<(string Name, Stream Body)?> NextFileAsync()
    {
        while (_reader is not null && await NextAsync() is { } part)
        {
            if (!string.IsNullOrEmpty(part.File))
            {
                return (part.File, part.Body);
            }
        }

        return null;
    }

    private async Task<(string? Name, string? File, Stream Body)?> NextAsync()
    {
        if (await _reader!.ReadNextSectionAsync(_context.RequestAborted) is not { } section)
        {
            return null;
        }

        var disposition = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var parsed) ? parsed : null;
        var file = HeaderUtilities.RemoveQuotes(disposition?.FileName ?? default).Value;

        // Old browsers send the place on their own disk too.
        return (HeaderUtilities.RemoveQuotes(disposition?.Name ?? default).Value, file?[(file.LastIndexOfAny(['/', '\\']) + 1)..], section.Body);
    }
}
