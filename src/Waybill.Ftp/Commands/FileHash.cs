using System.Security.Cryptography;
using Waybill.Ftp.Control;
using Waybill.Ftp.Tls;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Commands;

/// <summary>What a client compares its own file with after an upload: the hash of a whole file, for HASH and XSHA256.</summary>
internal static class FileHash
{
    // Whoever waits for a turn is not idle.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The hash in small hexadecimal digits and the bytes that it is of, or the reply that says why there is none.</summary>
    public static async ValueTask<(string Hash, long Size, FtpReply? Problem)> ComputeAsync(FtpSession session, VaultPath path, HashAlgorithmName algorithm)
    {
        var (answer, file) = await session.Files.OpenAsync(path, OpenModes.Read).ConfigureAwait(false);
        if (file is null)
        {
            return ("", 0, FtpReply.Of(answer));
        }

        await using (file.ConfigureAwait(false))
        {
            var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
            if (attributes.Value.Size > session.Server.Limits.HashBytes)
            {
                return ("", 0, new FtpReply(552, "The file is too large to be hashed while you wait."));
            }

            // For nobody it is not done: who is gone would keep a turn from others.
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(session.Ended, session.Lost);
            var turns = session.Server.HashTurns;
            while (!await turns.WaitAsync(Patience, gone.Token).ConfigureAwait(false))
            {
                session.NoteWork();
            }

            try
            {
                return await ReadAsync(session, file, algorithm, gone.Token).ConfigureAwait(false);
            }
            finally
            {
                turns.Release();
            }
        }
    }

    private static async ValueTask<(string Hash, long Size, FtpReply? Problem)> ReadAsync(FtpSession session, IOpenFile file, HashAlgorithmName algorithm, CancellationToken gone)
    {
        // A long computation is no work for the event loop.
        await PoolThread.EnterAsync();
        using var hash = IncrementalHash.CreateHash(algorithm);
        using var block = WireStream.RentBlock();
        var size = 0L;
        while (true)
        {
            gone.ThrowIfCancellationRequested();
            var read = await file.ReadAsync(size, block.Memory).ConfigureAwait(false);
            if (read.Error != StoreError.None)
            {
                return ("", 0, FtpReply.Of(read.Error));
            }

            if (read.Value == 0)
            {
                return (Convert.ToHexStringLower(hash.GetHashAndReset()), size, null);
            }

            hash.AppendData(block.Memory.Span[..read.Value]);
            size += read.Value;
            session.NoteWork();
        }
    }
}
