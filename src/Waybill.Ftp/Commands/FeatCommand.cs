using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>FEAT (RFC 2389 section 3): from the table.</summary>
internal static class FeatCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(211, "Extensions:")
    {
        Lines = [.. FtpCommands.ServedTo(session).SelectMany(row => row.Features?.Invoke(session) ?? []).Order(StringComparer.Ordinal)],
    });
}
