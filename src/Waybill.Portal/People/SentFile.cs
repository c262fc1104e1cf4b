using Microsoft.AspNetCore.Http;

namespace Waybill.Portal.People;

/// <summary>A file of a form, as a whole.</summary>
internal static class SentFile
{
    /// <summary>Reads it; null when none was chosen, it is empty, or longer than it may be.</summary>
    public static async ValueTask<byte[]?> ReadAsync(IFormFile? file, int most, CancellationToken cancellationToken)
    {
        if (file is null || file.Length == 0 || file.Length > most)
        {
            return null;
        }

        var content = new byte[file.Length];
        await using var stream = file.OpenReadStream();
        await stream.ReadExactlyAsync(content, cancellationToken);
        return content;
    }
}
