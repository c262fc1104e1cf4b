using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;
using Waybill.Ftp.Tls;
using Waybill.Net.Threads;
using Waybill.Storage;
using Waybill.Storage.Access;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Ftp.Transfers;

/// <summary>RETR: a file to the client, from an offset on.</summary>
internal sealed class Download(FtpSession session, IOpenFile file, VaultPath path, FileAttributes attributes, long offset) : Transfer(session)
{
    private bool _isRecorded;

    public override string Description => "sending a file";

    protected override async ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken)
    {
        using var block = WireStream.RentBlock();
        var share = new ThreadShare(Session.Server.Time);
        while (true)
        {
            var began = share.Now;
            var read = await file.ReadAsync(offset + Bytes, block.Memory).ConfigureAwait(false);
            if (read.Error != StoreError.None)
            {
                return FtpReply.Of(Session.Files.Explained(read.Error));
            }

            if (read.Value == 0)
            {
                break;
            }

            await data.Stream.WriteAsync(block.Memory[..read.Value], cancellationToken).ConfigureAwait(false);
            Bytes += read.Value;
            Session.CountSent(read.Value);
            if (share.IsUsedUp(began))
            {
                await Task.Yield();
            }
        }

        await data.FinishAsync(cancellationToken).ConfigureAwait(false);
        _isRecorded = true;
        var recorded = await RecordAsync(isCut: false).ConfigureAwait(false);
        return recorded.IsOk ? Done("Sent:") : FtpReply.Of(recorded);
    }

    protected override async ValueTask EndAsync(bool wasMoved)
    {
        if (!_isRecorded)
        {
            await RecordAsync(isCut: true).ConfigureAwait(false);
        }

        await file.CommitAsync().ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Nothing was fetched where nothing was sent, unless the file is empty and there was no more to send.</summary>
    private async ValueTask<AccessAnswer> RecordAsync(bool isCut) => Bytes == 0 && (isCut || attributes.Size > 0)
        ? AccessAnswer.Ok
        : await Session.Files.RecordAsync(
            new FileEvent(FileOperation.Download, path, Bytes: Bytes, Size: attributes.Size, Identity: attributes.Identity, ReadFrom: offset, ReadTo: offset + Bytes, IsCut: isCut)
            {
                Born = attributes.Born,
                IsPending = !await file.IsRecordedAsync().ConfigureAwait(false),
            }).ConfigureAwait(false);
}
