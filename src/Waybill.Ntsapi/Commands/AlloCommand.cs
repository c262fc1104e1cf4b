using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>ALLO: finds a free number and keeps it for nobody. No other digits may stand in the reply: one client deletes everything else and has its number.</summary>
internal static class AlloCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var found = await session.Numbers.FindFreeAsync(request.Pattern).ConfigureAwait(false);
        return NtsapiReply.Of(found.Answer, $"{found.Value} Allocated", new(ReplyDigit.NotNow, "No number found for allocation"));
    }
}
