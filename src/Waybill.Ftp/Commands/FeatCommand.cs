using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>FEAT (RFC 2389 section 3): from the table.</summary>
internal static class FeatCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(211, "Extensions:")
    {
        Lines = [.. FtpCommands.All.Where(row => row.Features is not null).SelectMany(row => row.Features!(session)).Order(StringComparer.Ordinal)],
    });
}
