using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Hosting;

namespace Waybill.Ntsapi.Commands;

/// <summary>QUIT: a reply, and the server closes; one client reads nothing before that.</summary>
internal static class QuitCommand
{
    public static ValueTask<NtsapiReply> RunAsync(NtsapiSession session, NtsapiRequest request) =>
        new(session.Close(NtsapiReply.Done("Many thanks. Goodbye"), NtsapiEndReason.ClientClosed, "the client said QUIT"));
}
