using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>BLKDEAC: gives a block back.</summary>
internal static class BlkdeacCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        NtsapiReply.Of(await session.Numbers.DeactivateBlockAsync(request.National).ConfigureAwait(false), "Block deactivated OK", BlkinfoCommand.NoBlock);
}
