using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>INFO: a text about the user of a number (GEN), or its emergency record (999).</summary>
internal static class InfoCommand
{
    public static async ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) => request.Words[0] switch
    {
        "GEN" when request.Number.IsPortedIn => NtsapiReply.Refused(RequestParser.PortedIn),
        "GEN" => NtsapiReply.Of(await session.Numbers.SetInformationAsync(request.National, request.Words[1]).ConfigureAwait(false), "Information updated"),
        "999" => await EmergencyCommand.RunAsync(session, request).ConfigureAwait(false),
        _ => RequestParser.Usage(request.Command),
    };
}
