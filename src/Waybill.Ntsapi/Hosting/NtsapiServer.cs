using Microsoft.Extensions.Logging;

namespace Waybill.Ntsapi.Hosting;

/// <summary>What all connections of a listener share.</summary>
/// <param name="Options">How it behaves.</param>
/// <param name="Application">The program around it.</param>
/// <param name="Logins">The sessions of each login.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record NtsapiServer(NtsapiServerOptions Options, INtsapiApplication Application, NtsapiLogins Logins, TimeProvider Time, ILogger Logger)
{
    public NtsapiLimits Limits => Options.Limits;
}
