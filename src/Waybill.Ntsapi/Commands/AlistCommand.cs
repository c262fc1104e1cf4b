using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>ALIST: free numbers, a line each; a line that does not begin with 0 ends the list, since clients read until then.</summary>
internal static class AlistCommand
{
    public static NtsapiReply NoRange { get; } = new(ReplyDigit.NotNow, "No range found for allocation");

    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (!NtsapiSession.TryQuantity(request.Words[0], out var quantity))
        {
            return RequestParser.Usage(request.Command);
        }

        var found = await session.Numbers.ListFreeAsync(request.Pattern, Math.Min(quantity, session.Server.Limits.ListedNumbers)).ConfigureAwait(false);
        return !found.IsDone ? NtsapiReply.Of(found.Answer, "", NoRange)
            : found.Value is [] ? NoRange
            : new NtsapiReply(ReplyDigit.NotNow, "End of list") { Lines = found.Value };
    }
}
