using Waybill.Core.Csv;

namespace Waybill.Core.Porting;

/// <summary>Orders as a table: the columns are the fields of <see cref="PortingForm"/>. A draft is made of each row; cells may be empty.</summary>
public static class PortingTable
{
    private static readonly string[] Needed = ["main", "numbers", "line", "postcode"];
    private static readonly string[] Optional = ["main_ports", "address", "losing_provider", "losing_account", "range_holder", "signatory", "wanted"];

    /// <summary>Reads them; at most <see cref="PortingLimits.ImportRows"/> rows.</summary>
    public static Result<IReadOnlyList<PortingRow>> Read(ReadOnlySpan<byte> content)
    {
        var table = CsvTable.Read(content, PortingLimits.ImportRows, Needed, Optional);
        if (!table.Succeeded)
        {
            return table.Problem;
        }

        List<PortingRow> orders = [];
        foreach (var row in table.Value.Rows)
        {
            var details = new PortingForm
            {
                Main = row["main"], MainPorts = row["main_ports"], Numbers = row["numbers"], Address = row["address"], Postcode = row["postcode"], LosingProvider = row["losing_provider"],
                LosingAccount = row["losing_account"], Line = row["line"], RangeHolder = row["range_holder"], Signatory = row["signatory"], Wanted = row["wanted"],
            }.Read();
            if (!details.Succeeded)
            {
                return row.Wrong(details.Problem);
            }

            orders.Add(new PortingRow(row.Line, details.Value));
        }

        return orders.Count == 0 ? Problem.Invalid("The table has no row below its names. Nothing was made.") : orders;
    }
}
