using System.Text;
using Waybill.Ftp.Control;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>MLST (RFC 3659 section 7): the facts of one thing, over the control connection.</summary>
internal static class MlstCommand
{
    private const int Longest = 256;

    public static async ValueTask<FtpReply> RunAsync(FtpSession session, FtpRequest request)
    {
        if (session.TryPath(request.Argument.Span, out var path) is { } problem)
        {
            return problem;
        }

        var there = await session.LookAsync(path!).ConfigureAwait(false);
        return there.Succeeded
            ? new FtpReply(250, "Facts:") { Lines = [$"{Describe(session, path!, there.Value)} {path}"] }
            : FtpReply.Of(there.Error);
    }

    public static IEnumerable<string> Features(FtpSession session) => [$"MLST {session.Facts.Feature}"];

    private static string Describe(FtpSession session, VaultPath path, in Storage.FileAttributes attributes)
    {
        Span<byte> facts = stackalloc byte[Longest];
        return Encoding.ASCII.GetString(facts[..session.Facts.Write(facts, attributes, session.Files.RightsAt(path), default)]);
    }
}
