using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>ALTEN: ten consecutive free numbers, told as the digits that they have in common and <c>_</c>.</summary>
internal static class AltenCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        var found = await session.Numbers.FindTenAsync(request.Pattern).ConfigureAwait(false);
        return NtsapiReply.Of(found.Answer, $"{found.Value}_ Allocated", AlistCommand.NoRange);
    }
}
