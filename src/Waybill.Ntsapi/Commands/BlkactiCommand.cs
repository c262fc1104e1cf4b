using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>BLKACTI: makes a free block the account's.</summary>
internal static class BlkactiCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (!NtsapiSession.TryQuantity(request.Words[0], out var quantity))
        {
            return RequestParser.Usage(request.Command);
        }

        if (quantity > session.Server.Limits.BlockSize)
        {
            return NtsapiReply.Refused($"A block has at most {session.Server.Limits.BlockSize} numbers");
        }

        var block = await session.Numbers.ActivateBlockAsync(request.Pattern, quantity).ConfigureAwait(false);
        return NtsapiReply.Of(block.Answer, $"{block.Value?.First} {block.Value?.Last}", AlistCommand.NoRange);
    }
}
