using System.Globalization;
using Waybill.Core.Csv;
using Waybill.Core.Export;

namespace Waybill.Core.Billing;

/// <summary>Entries of ledgers as tables: how the billing sends them, and how statements are fetched.</summary>
public static class LedgerTable
{
    private static readonly string[] Needed = ["id", "account", "amount", "text"];
    private static readonly string[] Optional = ["purse", "time", "source"];

    // A time has its offset, as over REST: without one it would be taken for UTC where the billing means its own clock.
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>
    /// Reads entries: the columns <c>id</c>, <c>account</c>, <c>amount</c> (whole minor units, with a minus for what is charged) and <c>text</c>, and if wanted
    /// <c>purse</c> (<c>funds</c> or <c>promo</c>), <c>time</c> (RFC 3339 with its offset, or a day in UTC) and <c>source</c>.
    /// </summary>
    public static Result<IReadOnlyList<NewLedgerEntry>> Read(ReadOnlySpan<byte> content)
    {
        var table = CsvTable.Read(content, BillingLimits.ImportRows, Needed, Optional);
        if (!table.Succeeded)
        {
            return table.Problem;
        }

        List<NewLedgerEntry> entries = [];
        foreach (var row in table.Value.Rows)
        {
            if (Needed.FirstOrDefault(name => row[name] is null) is { } missing)
            {
                return row.Wrong($"{missing} is empty. Fill it in.");
            }

            if (!long.TryParse(row["amount"], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount))
            {
                return row.Wrong($"'{Words.Show(row["amount"])}' is no amount. Give whole minor units without a point, as 1234 for 12.34, or -1234 for what is charged.");
            }

            DateTimeOffset? time = null;
            if (row["time"] is { } text)
            {
                if (!DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
                {
                    return row.Wrong($"'{Words.Show(text)}' is no time. Write it with its offset, as 2027-01-31T06:00:00Z or 2027-01-31T07:00:00+01:00, or the day alone.");
                }

                time = at;
            }

            if (row["purse"] is { } word && word is not ("funds" or "promo"))
            {
                return row.Wrong($"'{Words.Show(word)}' is neither funds nor promo.");
            }

            entries.Add(new NewLedgerEntry(row["id"]!, row["account"]!, amount, row["text"]!)
            {
                Purse = row["purse"] == "promo" ? Purse.Promo : Purse.Funds, Time = time, Source = row["source"],
            });
        }

        return entries.Count == 0 ? Problem.Invalid("The table has no row below its names. Nothing was booked.") : entries;
    }

    /// <summary>Writes the names of a statement's columns.</summary>
    public static void WriteHead(TextWriter output, BillingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        new SpreadsheetCsv(output).Write(
            "time", "entry", "text", "kind", $"amount {options.Currency}", $"funds after {options.Currency}", $"promotional funds after {options.Currency}", "source");
    }

    /// <summary>Writes rows of a statement.</summary>
    public static void WriteRows(TextWriter output, IEnumerable<LedgerEntry> entries, BillingOptions options)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(options);
        var csv = new SpreadsheetCsv(output);
        foreach (var entry in entries)
        {
            csv.Write(
                entry.Time, entry.Id, entry.Text, entry.Purse == Purse.Funds ? "funds" : "promotional", options.Value(entry.Amount), options.Value(entry.FundsAfter),
                options.Value(entry.PromoAfter), entry.Source);
        }
    }
}
