namespace Waybill.Ntsapi.Hosting;

/// <summary>Ends a connection: thrown where a peer broke the protocol or a limit, caught by the connection's loop alone.</summary>
internal sealed class NtsapiEndException(NtsapiEndReason reason, string words) : Exception(words)
{
    public NtsapiEndReason Reason { get; } = reason;
}
