using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>BLKINFO: the block that a number belongs to.</summary>
internal static class BlkinfoCommand
{
    /// <summary>What clients take for "in no block".</summary>
    public static NtsapiReply NoBlock { get; } = new(ReplyDigit.NotNow, "Account not ACTIve");

    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var block = await session.Numbers.BlockAsync(request.National).ConfigureAwait(false);
        return NtsapiReply.Of(block.Answer, $"{block.Value?.First} {block.Value?.Size}", NoBlock);
    }
}
