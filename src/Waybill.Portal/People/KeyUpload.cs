using System.Text;
using Microsoft.AspNetCore.Http;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.People;

/// <summary>The key of a form, pasted or as a file. It has been in memory alone: a private key may be in it.</summary>
/// <param name="Content">What was sent; null for nothing.</param>
/// <param name="IsTooLarge">The file has more bytes than any key; nothing was made of it.</param>
internal sealed record KeyUpload(byte[]? Content, bool IsTooLarge)
{
    public static async Task<KeyUpload> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var file = form.Files.GetFile("keyFile");

        // A private key is refused for good wherever it stood; else the file counts, which somebody chose on purpose.
        var pasted = form["key"] is [{ } text, ..] && !string.IsNullOrWhiteSpace(text) ? Encoding.UTF8.GetBytes(text) : null;
        if (file is not { Length: > 0 } || (pasted is not null && PublicKeyFile.Read(pasted).IsPrivate))
        {
            return new KeyUpload(pasted, IsTooLarge: false);
        }

        if (file.Length > PortalLimits.KeyFile)
        {
            return new KeyUpload(null, IsTooLarge: true);
        }

        var content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, cancellationToken);
        return new KeyUpload(content, IsTooLarge: false);
    }
}
