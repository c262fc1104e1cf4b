using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>SPIN: the PIN of a number's voicemail.</summary>
internal static class SpinCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        NtsapiReply.Of(await session.Numbers.SetPinAsync(request.National, request.Words[0] is "-" ? null : request.Words[0]).ConfigureAwait(false), "Number updated OK");
}
