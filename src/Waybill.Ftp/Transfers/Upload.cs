using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;
using Waybill.Ftp.Tls;
using Waybill.Net.Threads;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Ftp.Transfers;

/// <summary>
/// STOR, STOU and APPE: a file from the client. Without a length on the wire only the end of the data connection says that it is whole: with TLS that is close_notify,
/// which nobody on the way can forge; a bare FIN, which anybody can send, publishes nothing (promise D6). Where it has to do, the size that ALLO told is held against
/// it, and the control connection must outlive it.
/// </summary>
internal sealed class Upload(FtpSession session, IOpenFile file, VaultPath path, long offset, long? expectedSize) : Transfer(session)
{
    private bool _isSettled;
    private volatile bool _isWriting;
    private long _written;

    /// <summary>The first write into a large file that is there copies what lies before it, which takes as long as the disk needs; the client waits and is not to blame.</summary>
    public override long LastProgress => _isWriting ? Session.Server.Time.GetTimestamp() : Math.Max(Volatile.Read(ref _written), base.LastProgress);

    public override string Description => "taking a file";

    /// <summary>Words before the number of bytes, in the final reply.</summary>
    private string DoneWords { get; init; } = "Stored:";

    /// <summary>The preliminary reply that begins an upload into an open file.</summary>
    public static FtpReply Begin(FtpSession session, VaultPath path, IOpenFile file, long offset, long? expectedSize, string words = "Opening the data connection.", string doneWords = "Stored:")
    {
        session.NoteUpload(path);
        return new FtpReply(150, words) { Work = new Upload(session, file, path, offset, expectedSize) { DoneWords = doneWords } };
    }

    protected override async ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken)
    {
        var error = await TakeAsync(data, cancellationToken).ConfigureAwait(false);
        if (error != StoreError.None)
        {
            return FtpReply.Of(Session.Files.Explained(error));
        }

        var isClean = data.EndedCleanly;
        if (!isClean && !await Session.AcceptsUncleanUploadsAsync(cancellationToken).ConfigureAwait(false))
        {
            return new FtpReply(426, "The data connection ended without TLS close_notify, as one that was cut does: nothing was stored. Send the file again, or resume it.");
        }

        if (!data.EndIsProven && await WhyNotWholeAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            return refusal;
        }

        if (isClean)
        {
            await AnswerEndAsync(data, cancellationToken).ConfigureAwait(false);
        }

        _isSettled = true;
        var committed = await Session.Files.CommitAsync(file, Facts() with { IsUnclean = !isClean }).ConfigureAwait(false);
        return committed.IsOk ? Done(DoneWords) : FtpReply.Of(Session.Files.Explained(committed));
    }

    protected override async ValueTask EndAsync(bool wasMoved)
    {
        if (!_isSettled)
        {
            await Session.Files.AbandonAsync(file, Facts()).ConfigureAwait(false);
        }

        await file.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Our close_notify: Python's ftplib waits for it before it reads our reply. Others are gone by now, and have said all that there was to say.</summary>
    private static async ValueTask AnswerEndAsync(DataConnection data, CancellationToken cancellationToken)
    {
        try
        {
            await data.FinishAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The upload is whole all the same.
        }
    }

    /// <summary>What speaks against an upload that only a FIN has ended; cancelled when the control connection ends too.</summary>
    private async ValueTask<FtpReply?> WhyNotWholeAsync(CancellationToken cancellationToken)
    {
        if (Bytes < expectedSize)
        {
            return new FtpReply(426, string.Create(CultureInfo.InvariantCulture, $"The data connection ended after {Bytes} of {expectedSize} bytes, as one that was cut does: nothing was stored. Send the file again, or resume it."));
        }

        // A program that is killed ends both of its connections, this one perhaps first.
        await Task.Delay(Session.Server.Limits.UnprovenEndTime, Session.Server.Time, cancellationToken).ConfigureAwait(false);
        return null;
    }

    private UploadFacts Facts() => new(path, Bytes, expectedSize);

    /// <summary>Takes what comes up to the end. What is read is written as soon as nothing more waits, so that a cut-off upload keeps what came.</summary>
    private async ValueTask<StoreError> TakeAsync(DataConnection data, CancellationToken cancellationToken)
    {
        using var block = WireStream.RentBlock();
        var share = new ThreadShare(Session.Server.Time);
        var filled = 0;
        while (true)
        {
            int read;
            try
            {
                read = await data.Stream.ReadAsync(block.Memory[filled..], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                await WriteAsync(block.Memory[..filled]).ConfigureAwait(false);
                throw;
            }

            var began = share.Now;
            filled += read;
            if (read == 0 || filled == block.Memory.Length || !data.HasUnread)
            {
                var error = await WriteAsync(block.Memory[..filled]).ConfigureAwait(false);
                if (error != StoreError.None || read == 0)
                {
                    return error;
                }

                filled = 0;
            }

            if (share.IsUsedUp(began))
            {
                await Task.Yield();
            }
        }
    }

    private async ValueTask<StoreError> WriteAsync(ReadOnlyMemory<byte> content)
    {
        if (content.IsEmpty)
        {
            return StoreError.None;
        }

        _isWriting = true;
        var error = await file.WriteAsync(offset + Bytes, new ReadOnlySequence<byte>(content)).ConfigureAwait(false);
        Volatile.Write(ref _written, Session.Server.Time.GetTimestamp());
        _isWriting = false;
        if (error == StoreError.None)
        {
            Bytes += content.Length;
            Session.CountReceived(content.Length);
        }

        return error;
    }
}
