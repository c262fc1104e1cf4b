using System.Security.Cryptography;
using Waybill.Ftp.Control;
using Waybill.Ftp.Tls;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Commands;

/// <summary>HASH (draft-bryan-ftpext-hash-02) and the older XSHA256: what a client compares its own file with after an upload.</summary>
internal static class HashCommands
{
    // Whoever waits for a turn is not idle.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (string Name, HashAlgorithmName Algorithm)[] Known = [("SHA-256", HashAlgorithmName.SHA256), ("SHA-512", HashAlgorithmName.SHA512)];

    /// <summary>HASH path: <c>213 SHA-256 0-SIZE hash name</c>.</summary>
    public static async ValueTask<FtpReply> HashAsync(FtpSession session, FtpRequest request)
    {
        var (name, algorithm) = Known[session.HashIndex];
        var (hash, size, problem) = await ComputeAsync(session, request.Path!, algorithm).ConfigureAwait(false);
        return problem ?? new FtpReply(213, $"{name} 0-{size} {hash} {request.Text}");
    }

    /// <summary>XSHA256 path: <c>250 hash</c>.</summary>
    public static async ValueTask<FtpReply> Sha256Async(FtpSession session, FtpRequest request)
    {
        var (hash, _, problem) = await ComputeAsync(session, request.Path!, HashAlgorithmName.SHA256).ConfigureAwait(false);
        return problem ?? new FtpReply(250, hash);
    }

    /// <summary>OPTS HASH [name].</summary>
    public static FtpReply Choose(FtpSession session, string? name)
    {
        if (name is not null)
        {
            var found = Array.FindIndex(Known, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (found < 0)
            {
                return new FtpReply(504, "HASH has SHA-256 and SHA-512.");
            }

            session.HashIndex = found;
        }

        return new FtpReply(200, Known[session.HashIndex].Name);
    }

    public static IEnumerable<string> Features(FtpSession session) => [$"HASH {string.Join(';', Known.Select((known, i) => known.Name + (i == session.HashIndex ? "*" : "")))}"];

    private static async ValueTask<(string Hash, long Size, FtpReply? Problem)> ComputeAsync(FtpSession session, VaultPath path, HashAlgorithmName algorithm)
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
