using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>BLKREAC: takes a block again that was given back.</summary>
internal static class BlkreacCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        NtsapiReply.Of(await session.Numbers.ReactivateBlockAsync(request.National).ConfigureAwait(false), "Block reactivated OK", BlkinfoCommand.NoBlock);
}
