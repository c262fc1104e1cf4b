using Waybill.Portal.Hosting;

namespace Waybill.Portal.Api;

/// <summary>The turns of calls that take long.</summary>
internal sealed class LongTurns() : Turns(PortalLimits.ApiLong);
