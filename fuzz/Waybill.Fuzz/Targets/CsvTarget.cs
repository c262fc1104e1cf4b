using System.Text;
using Waybill.Core.Billing;
using Waybill.Core.Csv;

namespace Waybill.Fuzz.Targets;

/// <summary>Tables that billing and customers send, and the end of a call detail file; the first byte says which.</summary>
internal sealed class CsvTarget : IFuzzTarget
{
    private const int Rows = 100;

    private static readonly string[] Needed = ["id", "text"];
    private static readonly string[] Optional = ["note"];

    public string Name => "csv";

    public int Inputs => 40_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["Table", "Table refused", "Ledger", "Ledger refused", "Calls", "No calls"];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "id,text\n", "id;text;note\r\n", "\"", "\"\"", ",", ";", "\t", "\r\n", "\u00EF\u00BB\u00BF", "id,account,amount,text,purse,time,source\n", "promo", "2026-01-31", "2026-01-31T06:00:00Z",
        "9007199254740992", "-9007199254740993", "9223372036854775808", "20/11/2026,23:59:59,", ",0.0000,",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var content = input.IsEmpty ? default : input.Span[1..];
        return ValueTask.FromResult((input.IsEmpty ? 0 : input.Span[0] % 3) switch
        {
            0 => Table(content),
            1 => Ledger(content),
            _ => CallDetail.Read(content, isWhole: (input.Span[0] & 4) == 0, BillingLimits.Calls) switch
            {
                { Count: 0 } => "No calls",
                { Count: <= BillingLimits.Calls } calls when calls.All(static call => call.Seconds >= 0) => "Calls",
                _ => throw new InvalidOperationException("There are more calls than asked for, or one that ended before it began."),
            },
        });
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        using var records = new MemoryStream();
        new Core.Feeds.UkStandardCdr(3, "10042", new DateOnly(2026, 11, 20)).Write(records, 5);
        var calls = Encoding.Latin1.GetString(records.ToArray());
        (byte Which, string Text)[] inputs =
        [
            (0, "id,text\n1,one\n2,\"a, \"\"b\"\"\r\nc\"\n"), (0, "\u00EF\u00BB\u00BFID;Text;note\r\n1;x;\r\n;;\r\n"), (0, "id\ttext\n1\t\u00C3\u00A4"), (0, "id,text\n1\n"), (0, "id,text\n1,\"a"), (0, "id,text\n1,a\"b"),
            (0, "id,texts\n"), (0, "\u00FF\u00FEi\0d\0"), (0, "id,text\n1,\u00E4\n"), (0, ""), (0, "id,text\n" + new string(',', CsvTable.Columns)), (0, "id,text\n1," + new string('x', CsvTable.CellLength + 1)),
            (1, "id,account,amount,text\nA-1,10042,1234,a payment\n"), (1, "id,account,amount,text,purse,time,source\nA-1,10042,-1,calls,promo,2026-01-31,bank\n"), (1, "id,account,amount,text\nA-1,10042,12.34,x\n"),
            (1, "id,account,amount,text,time\nA-1,10042,1,x,31/01/2026\n"), (2, calls), (2, calls.Replace("\r\n", "\n", StringComparison.Ordinal)), (5 + 3, calls[40..]), (2, "a,b\n1,2\n"), (2, calls + "x"),
        ];
        return inputs.Select(static (input, index) => ($"{index:00}", (byte[])[input.Which, .. Encoding.Latin1.GetBytes(input.Text)]));
    }

    private static string Table(ReadOnlySpan<byte> content)
    {
        var table = CsvTable.Read(content, Rows, Needed, Optional);
        if (!table.Succeeded)
        {
            return table.Problem.Message.Length is > 0 and < 500 ? "Table refused" : throw new InvalidOperationException("The words are none, or too many.");
        }

        var line = 1;
        foreach (var row in table.Value.Rows)
        {
            if (row.Line <= line || row["id"] is { Length: 0 or > CsvTable.CellLength })
            {
                throw new InvalidOperationException("Lines do not grow, or a cell is out of its bounds.");
            }

            line = row.Line;
        }

        return table.Value.Rows.Count <= Rows ? "Table" : throw new InvalidOperationException("There are more rows than asked for.");
    }

    private static string Ledger(ReadOnlySpan<byte> content)
    {
        var entries = LedgerTable.Read(content);
        return !entries.Succeeded ? "Ledger refused" : entries.Value.Count is > 0 and <= BillingLimits.ImportRows ? "Ledger" : throw new InvalidOperationException("A table without rows was taken.");
    }
}
