using Waybill.Portal.Hosting;

namespace Waybill.Portal.Files;

/// <summary>How many files are on their way at once: each takes a connection and an open file for as long as its reader or sender likes.</summary>
internal sealed class TransferTurns() : Turns(PortalLimits.Transfers, PortalLimits.TransfersPerPerson);
