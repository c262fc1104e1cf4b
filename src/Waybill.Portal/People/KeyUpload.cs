using System.Text;
using Microsoft.AspNetCore.Http;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.People;

/// <summary>The key of a form, pasted or as a file. It has been in memory alone: a private key may be in it.</summary>
/// <param name="Content">What was sent; null for nothing.</param>
/// <param name="IsTooLarge">The file has more bytes than any key; nothing was made of it.</param>
internal sealed record KeyUpload(byte[]? Content, bool IsTooLarge)
{
    /// <summary>A second private key, which stood beside that one; null for none.</summary>
    public byte[]? SecondPrivate { get; private init; }

    public static async Task<KeyUpload> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var form = await request.ReadFormAsync(cancellationToken);
        var file = form.Files.GetFile("keyFile");

        // A private key is refused for good wherever it stood; else the file counts, which somebody chose on purpose.
        var pasted = form["key"] is [{ } text, ..] && !string.IsNullOrWhiteSpace(text) ? Encoding.UTF8.GetBytes(text) : null;
        var isPastedPrivate = pasted is not null && PublicKeyFile.Read(pasted).IsPrivate;
        if (file is not { Length: > 0 } || file.Length > PortalLimits.KeyFile)
        {
            return file is not { Length: > 0 } || isPastedPrivate ? new KeyUpload(pasted, IsTooLarge: false) : new KeyUpload(null, IsTooLarge: true);
        }

        var content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, cancellationToken);
        return isPastedPrivate
            ? new KeyUpload(pasted, IsTooLarge: false) { SecondPrivate = PublicKeyFile.Read(content).IsPrivate ? content : null }
            : new KeyUpload(content, IsTooLarge: false);
    }
}
