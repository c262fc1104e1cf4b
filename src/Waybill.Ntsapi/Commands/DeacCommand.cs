using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>DEAC: gives a number back.</summary>
internal static class DeacCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        NtsapiReply.Of(await session.Numbers.DeactivateAsync(request.National).ConfigureAwait(false), "Number deactivated OK");
}
