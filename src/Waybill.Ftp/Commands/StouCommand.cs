using System.Security.Cryptography;
using System.Text;
using Waybill.Ftp.Control;
using Waybill.Ftp.Listings;
using Waybill.Ftp.Transfers;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>STOU (RFC 959 section 4.1.3): a name that the server makes, told in the preliminary reply as RFC 1123 section 4.1.2.9 wants it.</summary>
internal static class StouCommand
{
    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.WhyNoData() is { } problem)
        {
            return problem;
        }

        var name = $"{FtpTime.Of(session.Server.Time.GetUtcNow().ToUnixTimeSeconds())}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        if (session.TryPath(Encoding.ASCII.GetBytes(name), out var path) is { } noPath)
        {
            return noPath;
        }

        var (answer, file) = await session.Files.OpenAsync(
            path!, OpenModes.Write | OpenModes.Create | OpenModes.Exclusive | OpenModes.Truncate, expectedSize: request.ExpectedSize).ConfigureAwait(false);
        return file is null
            ? FtpReply.Of(session.Files.Explained(answer))
            : Upload.Begin(session, path!, file, 0, request.ExpectedSize, $"FILE: {name}", $"Stored as {name}:");
    }
}
