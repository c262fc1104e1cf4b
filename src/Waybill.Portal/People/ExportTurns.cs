using Waybill.Portal.Hosting;

namespace Waybill.Portal.People;

/// <summary>Exports that are sent at once: each reads the audit from its beginning.</summary>
internal sealed class ExportTurns() : Turns(PortalLimits.Exports);
