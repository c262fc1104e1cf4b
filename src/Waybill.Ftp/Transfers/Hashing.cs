using System.Security.Cryptography;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tls;
using Waybill.Storage;
using Waybill.Storage.EventLoop;

namespace Waybill.Ftp.Transfers;

/// <summary>HASH and XSHA256: the hash of a whole file, once it is its login's turn.</summary>
/// <param name="session">The session.</param>
/// <param name="file">The file, which it closes.</param>
/// <param name="turn">The turn, which it gives back.</param>
/// <param name="algorithm">The algorithm.</param>
/// <param name="done">The reply to a hash in small hexadecimal digits and the bytes that it is of.</param>
internal sealed class Hashing(FtpSession session, IOpenFile file, FtpHashTurn turn, HashAlgorithmName algorithm, Func<string, long, FtpReply> done) : Work(session)
{
    public override string Description => "computing a hash";

    // The wait has its own bound, and a file is read to its end or fails.
    public override long LastProgress => Session.Server.Time.GetTimestamp();

    public override bool OutlivesStop => false;

    public override async ValueTask DropAsync()
    {
        turn.Dispose();
        await file.DisposeAsync().ConfigureAwait(false);
    }

    protected override async Task<FtpReply> RunAsync()
    {
        FtpReply reply;
        try
        {
            await turn.WaitAsync(Session.Server.Limits.HashWait, Session.Server.Time, Aborting).ConfigureAwait(false);
            reply = await ReadAsync().ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            reply = new FtpReply(450, "Hashes for others are still being computed. Ask again in a moment.");
        }
        catch (OperationCanceledException)
        {
            reply = new FtpReply(426, "The hash was given up before it was done.");
        }
        catch (Exception exception)
        {
            reply = Failed(exception);
        }

        try
        {
            await DropAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            reply = Failed(exception);
        }

        return reply;
    }

    private async ValueTask<FtpReply> ReadAsync()
    {
        // A long computation is no work for the event loop, nor for the connection's loop, which would run it to its end before it reads on.
        await Task.Yield();
        await PoolThread.EnterAsync();
        using var hash = IncrementalHash.CreateHash(algorithm);
        using var block = WireStream.RentBlock();
        while (true)
        {
            Aborting.ThrowIfCancellationRequested();
            var read = await file.ReadAsync(Bytes, block.Memory).ConfigureAwait(false);
            if (read.Error != StoreError.None)
            {
                return FtpReply.Of(read.Error);
            }

            if (read.Value == 0)
            {
                return done(Convert.ToHexStringLower(hash.GetHashAndReset()), Bytes);
            }

            hash.AppendData(block.Memory.Span[..read.Value]);
            Bytes += read.Value;
        }
    }

    private FtpReply Failed(Exception exception)
    {
        Session.Defect(exception);
        return new FtpReply(451, "The server failed. Try again later.");
    }
}
