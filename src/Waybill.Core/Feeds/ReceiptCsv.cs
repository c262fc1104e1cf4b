using Waybill.Core.Export;

namespace Waybill.Core.Feeds;

/// <summary>Receipts as a table for a spreadsheet, at the command line and in the portal.</summary>
public static class ReceiptCsv
{
    /// <summary>Writes the names of the columns.</summary>
    public static void WriteHead(TextWriter output) => new SpreadsheetCsv(output).Write(
        "published", "publication", "account", "feed", "file", "name", "size", "publisher", "first fetched", "first fetched by", "gone", "gone how");

    /// <summary>Writes rows.</summary>
    public static void WriteRows(TextWriter output, IEnumerable<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        var csv = new SpreadsheetCsv(output);
        foreach (var receipt in receipts)
        {
            csv.Write(
                receipt.Published, receipt.Publication, receipt.Account, receipt.Feed, receipt.Path, Path.GetFileName(receipt.Path), receipt.Size, receipt.Publisher, receipt.FirstFetched, receipt.FirstFetchedBy,
                receipt.Gone, receipt.GoneHow);
        }
    }
}
