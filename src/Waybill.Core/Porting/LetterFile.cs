using System.Text;

namespace Waybill.Core.Porting;

/// <summary>
/// What the first bytes of a letter say it is: PDF, PNG, JPEG or TIFF. Nothing more of it is read; what else is in it is never opened here, and whoever fetches it gets a file
/// to be saved, under a name that ends as its content does.
/// </summary>
public static class LetterFile
{
    private static readonly (byte[] First, string End)[] Kinds =
    [
        ("%PDF-"u8.ToArray(), ".pdf"), ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], ".png"), ([0xFF, 0xD8, 0xFF], ".jpg"), ([0x49, 0x49, 0x2A, 0x00], ".tif"), ([0x4D, 0x4D, 0x00, 0x2A], ".tif"),
    ];

    /// <summary>The name that a letter is kept under; or why it is none.</summary>
    public static Result<string> NameOf(string? name, ReadOnlySpan<byte> content)
    {
        if (content.Length == 0)
        {
            return Problem.Invalid("The letter of authority is empty. Choose a PDF or an image.");
        }

        if (content.Length > PortingLimits.LetterSize)
        {
            return Problem.LimitReached($"The letter of authority is larger than {PortingLimits.LetterSize >> 20} MiB. Scan it with fewer dots.");
        }

        foreach (var (first, end) in Kinds)
        {
            if (content.StartsWith(first))
            {
                return Plain(name) + end;
            }
        }

        return Problem.Invalid("The letter of authority is neither a PDF nor an image (PNG, JPEG, TIFF). Scan it, or save it as PDF.");
    }

    /// <summary>The name without its folder and ending, in characters that no file system and no header reads in another way.</summary>
    private static string Plain(string? name)
    {
        var own = (name ?? "").Replace('\\', '/').Split('/')[^1];
        var plain = new StringBuilder();
        foreach (var c in own.LastIndexOf('.') is var dot and > 0 ? own[..dot] : own)
        {
            plain.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_');
        }

        var text = plain.ToString().Trim('_');
        return text.Length == 0 ? "letter" : text.Length > PortingLimits.LetterName ? text[..PortingLimits.LetterName] : text;
    }
}
