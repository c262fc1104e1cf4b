using System.Text;
using Waybill.Core;
using Waybill.Core.Porting;

namespace Waybill.Fuzz.Targets;

/// <summary>What customers send to have numbers ported: numbers and ranges, postcodes, tables of orders, and the names and first bytes of letters; the first byte says which.</summary>
internal sealed class PortingTarget : IFuzzTarget
{
    private static readonly string[] Kinds = ["numbers", "postcode", "table", "letter"];

    public string Name => "porting";

    public int Inputs => 40_000;

    public IReadOnlyCollection<string> Outcomes { get; } = [.. Kinds, .. Kinds.Select(static kind => kind + " refused")];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "01224000000", "01224000000-01224000009", "+44 1224 000000", "..", " to ", "\u2013", "-", ",", ";", "\n", "AB10 1AA", "GIR 0AA", "bt1 5gs", "main,numbers,line,postcode\n",
        ",main_ports,address,losing_provider,losing_account,range_holder,signatory,wanted", "single", "multi", "ddi", "part", "yes", "no", "2027-01-29", "%PDF-", "\u0089PNG\r\n\u001A\n", "\u00FF\u00D8\u00FF", "../", "\\", "\"",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var kind = Kinds[input.IsEmpty ? 0 : input.Span[0] % Kinds.Length];
        var bytes = input.IsEmpty ? default : input.Span[1..];
        var isGood = kind switch
        {
            "numbers" => Numbers(Encoding.UTF8.GetString(bytes)),
            "postcode" => Postcode.TryParse(Encoding.UTF8.GetString(bytes), out var postcode) && Is(Postcode.TryParse(postcode.Text, out var again) && again == postcode && Enum.IsDefined(postcode.Nation)),
            "table" => Table(bytes),
            _ => Letter(bytes),
        };
        return ValueTask.FromResult(isGood ? kind : kind + " refused");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        (byte Which, string Text)[] inputs =
        [
            (0, "01224000000"), (0, "01224 000000-01224 000009, 01224000020"), (0, "01224000000..01224000009\n+44 20 7946 0000"), (0, "01224000000,01224000000"), (0, "01224-000-000"), (0, "x"), (0, ""),
            (0, "01224000000-01224099999"), (1, "AB10 1AA"), (1, "sw1a1aa"), (1, "GIR 0AA"), (1, "TD15 1AA"), (1, "12345"), (2, "main,numbers,line,postcode\n01224000000,01224000000,single,AB10 1AA\n"),
            (2, "main;numbers;line;postcode;main_ports;address;losing_provider;losing_account;range_holder;signatory;wanted\n01224000000;\"01224000000-01224000009, 01224000020\";ddi;AB10 1AA;yes;\"1 High St\nAberdeen\";Other;A-1;no;Ann Lee;2027-01-29\n"),
            (2, "main,numbers,line,postcode\n1,,,\n"), (2, "main,numbers\n"), (3, "letter.pdf\n%PDF-1.7"), (3, "..\\..\\evil.exe\n\u0089PNG\r\n\u001A\n"), (3, "\n\u00FF\u00D8\u00FF\u00E0"), (3, "a.tif\nII*\0"), (3, "a.html\n<html>"),
        ];
        return inputs.Select(static (input, index) => ($"{Kinds[input.Which]}-{index:00}", (byte[])[input.Which, .. Encoding.Latin1.GetBytes(input.Text)]));
    }

    private static bool Numbers(string text)
    {
        if (NumberSpans.Read(text) is not { Succeeded: true, Value: { } spans })
        {
            return false;
        }

        return Is(NumberSpans.Count(spans) <= PortingLimits.Numbers && spans.Count <= PortingLimits.Spans
            && NumberSpans.Read(NumberSpans.Show(spans)) is { Succeeded: true } again && again.Value.SequenceEqual(spans) && NumberSpans.Each(spans).Distinct().Count() == NumberSpans.Count(spans));
    }

    private static bool Table(ReadOnlySpan<byte> content)
    {
        if (PortingTable.Read(content) is not { Succeeded: true, Value: { } orders })
        {
            return false;
        }

        return Is(orders.Count is > 0 and <= PortingLimits.ImportRows && orders.Zip(orders.Skip(1)).All(static pair => pair.First.Line < pair.Second.Line)
            && orders.All(static row => PortingForm.Of(row.Details).Read() is { Succeeded: true } again && PortingForm.Of(again.Value) == PortingForm.Of(row.Details)));
    }

    private static bool Letter(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOf((byte)'\n');
        var name = LetterFile.NameOf(Encoding.Latin1.GetString(end < 0 ? default : input[..end]), input[(end + 1)..]);
        return name.Succeeded && Is(name.Value.Length <= PortingLimits.LetterName + 4 && name.Value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name.Value.Count(static c => c == '.') == 1);
    }

    private static bool Is(bool so) => so ? true : throw new InvalidOperationException("What was read is out of its bounds.");
}
