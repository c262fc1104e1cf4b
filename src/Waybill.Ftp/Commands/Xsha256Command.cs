using System.Security.Cryptography;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>XSHA256 path, older than HASH: <c>250 hash</c>.</summary>
internal static class Xsha256Command
{
    public static ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request) =>
        FileHash.BeginAsync(session, request.Path!, HashAlgorithmName.SHA256, static (hash, _) => new FtpReply(250, hash));
}
