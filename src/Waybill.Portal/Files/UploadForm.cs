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
    private const int MostFields = 8;

    /// <summary>Characters that are read of a field; the first one is the token, and whoever sends none of ours is not read on.</summary>
    internal const int LongestField = 1024;

    private readonly HttpContext _context;
    private readonly IAntiforgery _antiforgery;
    private readonly MultipartReader? _reader;
    private readonly Dictionary<string, string> _fields = [];

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

            _context.Request.Headers[TokenHeader] = await TextAsync(first.Value.Body);
        }

        return await _antiforgery.IsRequestValidAsync(_context);
    }

    /// <summary>What stood in a field, of those that have come; null for nothing.</summary>
    public string? Field(string name) => _fields.GetValueOrDefault(name) is { Length: > 0 } text ? text : null;

    /// <summary>The next file that somebody chose; null at the form's end. One that ends too early is an <see cref="IOException"/>.</summary>
    public async Task<(string Name, Stream Body)?> NextFileAsync()
    {
        while (_reader is not null && await NextAsync() is { } part)
        {
            if (!string.IsNullOrEmpty(part.File))
            {
                return (part.File, part.Body);
            }

            // A field for files that was left empty has a file name too, an empty one.
            if (part is { File: null, Name: { Length: > 0 } name } && _fields.Count < MostFields)
            {
                _fields[name] = await TextAsync(part.Body);
            }
        }

        return null;
    }

    /// <summary>A field's text; what is longer than any is cut off, and refused by whoever reads it.</summary>
    private async Task<string> TextAsync(Stream body)
    {
        using var reader = new StreamReader(body);
        var text = new char[LongestField];
        return new string(text, 0, await reader.ReadBlockAsync(text, _context.RequestAborted));
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
