using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>REAC: takes a number again that was given back.</summary>
internal static class ReacCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        NtsapiReply.Of(await session.Numbers.ReactivateAsync(request.National).ConfigureAwait(false), "Number reactivated OK");
}
