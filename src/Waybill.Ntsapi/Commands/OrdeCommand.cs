using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>ORDE: when a target is used.</summary>
internal static class OrdeCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) => NtsapiSession.TryIndex(request.Words[0], out var index)
        ? NtsapiReply.Of(await session.Numbers.SetOrderAsync(request.Number, index, request.Words[1]).ConfigureAwait(false), "Number updated OK")
        : RequestParser.Usage(request.Command);
}
