using Waybill.Portal.Hosting;

namespace Waybill.Portal.Staff;

/// <summary>Forecasts of retention that are worked out at once: each reads the whole catalogue.</summary>
internal sealed class ForecastTurns() : Turns(PortalLimits.Forecasts);
