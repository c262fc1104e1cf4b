using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>ACCT (RFC 959 section 4.1.1): a login is of one account already.</summary>
internal static class AcctCommand
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) => new(new FtpReply(202, "Not needed here."));
}
