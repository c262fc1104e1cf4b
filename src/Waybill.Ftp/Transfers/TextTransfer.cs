using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Data;

namespace Waybill.Ftp.Transfers;

/// <summary>A few lines over the data connection: LIST and NLST of a single file.</summary>
internal sealed class TextTransfer(FtpSession session, byte[] text) : Transfer(session)
{
    public override string Description => "sending a listing";

    protected override async ValueTask<FtpReply> MoveAsync(DataConnection data, CancellationToken cancellationToken)
    {
        await data.Stream.WriteAsync(text, cancellationToken).ConfigureAwait(false);
        Bytes = text.Length;
        await data.FinishAsync(cancellationToken).ConfigureAwait(false);
        return Done("Listed:");
    }

    protected override ValueTask EndAsync(bool wasMoved) => ValueTask.CompletedTask;
}
