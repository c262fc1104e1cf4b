using Waybill.Portal.Hosting;

namespace Waybill.Portal.Files;

/// <summary>Folders that are read at once: each page of one reads all of its entries.</summary>
internal sealed class ListingTurns() : Turns(PortalLimits.Listings, PortalLimits.ListingsPerPerson);
