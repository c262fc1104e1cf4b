using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>
/// ALLO (RFC 959 section 4.1.3): nothing is kept free, but the size is what the client says that the next file will have. What comes shorter is incomplete (promise D12).
/// </summary>
internal static class AlloCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var words = request.Words;
        if (words is not ([_] or [_, "R" or "r", _]) || !TryParse(words[0], out var size) || !TryParse(words[^1], out _))
        {
            return new(FtpReply.Syntax("ALLO takes a number of bytes, and may have R and the size of a record behind it."));
        }

        session.ExpectedSize = size;
        return new(new FtpReply(200, "Noted: the next file has that size."));
    }

    private static bool TryParse(string number, out long size) => RestCommand.TryParse(System.Text.Encoding.UTF8.GetBytes(number), out size);
}
