using System.Security.Cryptography;
using Waybill.Ftp.Control;

namespace Waybill.Ftp.Commands;

/// <summary>XSHA256 path, older than HASH: <c>250 hash</c>.</summary>
internal static class Xsha256Command
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        var (hash, _, problem) = await FileHash.ComputeAsync(session, request.Path!, HashAlgorithmName.SHA256).ConfigureAwait(false);
        return problem ?? new FtpReply(250, hash);
    }
}
