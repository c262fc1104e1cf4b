using System.Globalization;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>REST in mode STREAM (RFC 3659 section 5): decimal digits up to 2^63 - 1; a sign or anything else is refused (ProFTPD #2286).</summary>
internal static class RestCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (!TryParse(request.Argument.Span, out var offset))
        {
            return new(FtpReply.Syntax("REST takes a number of bytes."));
        }

        session.Restart = offset;
        return new(new FtpReply(350, $"Restarting at {offset}. Send RETR or STOR."));
    }

    public static bool TryParse(ReadOnlySpan<byte> argument, out long offset) =>
        long.TryParse(argument.TrimEnd((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out offset);
}
