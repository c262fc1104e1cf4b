using System.Security.Cryptography;
using Waybill.Ftp.Control;
using Waybill.Ftp.Transfers;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>What a client compares its own file with after an upload: the hash of a whole file, for HASH and XSHA256.</summary>
internal static class FileHash
{
    /// <summary>Begins it; <paramref name="done"/> makes the reply of the hash in small hexadecimal digits and the bytes that it is of.</summary>
    public static async ValueTask<FtpReply> BeginAsync(FtpSession session, VaultPath path, HashAlgorithmName algorithm, Func<string, long, FtpReply> done)
    {
        var (answer, file) = await session.Files.OpenAsync(path, OpenModes.Read).ConfigureAwait(false);
        if (file is null)
        {
            return FtpReply.Of(answer);
        }

        var unused = file;
        try
        {
            var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
            if (attributes.Value.Size > session.Server.Limits.HashBytes)
            {
                return new FtpReply(552, "The file is too large to be hashed while you wait.");
            }

            if (session.Server.HashTurns.TryEnter(session.Login!.OwnerName, out var refusal) is not { } turn)
            {
                return new FtpReply(450, refusal!);
            }

            unused = null;
            return FtpReply.Later(new Hashing(session, file, turn, algorithm, done));
        }
        finally
        {
            if (unused is not null)
            {
                await unused.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
