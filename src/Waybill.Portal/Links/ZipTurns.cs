using Waybill.Portal.Hosting;

namespace Waybill.Portal.Links;

/// <summary>How many zips are made at once: each packs as fast as its reader reads.</summary>
internal sealed class ZipTurns() : Turns(PortalLimits.Zips, PortalLimits.ZipsPerLink);
