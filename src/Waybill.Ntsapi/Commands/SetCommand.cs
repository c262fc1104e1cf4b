using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>SET: where calls go. A target that could not be told by STAT, which separates them with <c>|</c>, cannot be set.</summary>
internal static class SetCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request)
    {
        if (!NtsapiSession.TryIndex(request.Words[0], out var index) || request.Words[1].Contains('|', StringComparison.Ordinal))
        {
            return RequestParser.Usage(request.Command);
        }

        return NtsapiReply.Of(await session.Numbers.SetTargetAsync(request.Number, index, request.Words[1] is "-" ? null : request.Words[1]).ConfigureAwait(false), "Number updated OK");
    }
}
