using Waybill.Portal.Hosting;

namespace Waybill.Portal.Files;

/// <summary>Tables of receipts and statements that are sent at once: each goes as fast as its reader reads, and holds up no other account's.</summary>
internal sealed class ReceiptTurns() : Turns(PortalLimits.ReceiptTables, PortalLimits.ReceiptTablesPerAccount);
