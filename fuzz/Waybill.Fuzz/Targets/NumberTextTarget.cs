using System.Text;
using Waybill.Core.Numbers;

namespace Waybill.Fuzz.Targets;

/// <summary>Numbers, patterns, targets and periods as programs and people write them, fields of the emergency record, and files of ranges; the first byte says which.</summary>
internal sealed class NumberTextTarget : IFuzzTarget
{
    private static readonly string[] Kinds = ["number", "typed", "pattern", "wanted", "target", "periods", "emergency", "ranges"];

    public string Name => "number";

    public int Inputs => 40_000;

    public IReadOnlyCollection<string> Outcomes { get; } = [.. Kinds, .. Kinds.Select(static kind => kind + " refused")];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "01224000000", "+44", "44", "P", "0", "_", "______", "(0)", "*", "x", "?", "S:", "s:", "E:", "I:", "F:", "V:", "H:", "@", ":", "user:pass@", "[2001:db8::1]", "192.0.2.1", ":5060", "65536", "|",
        "0000", "0900-1730", "1-5:", "2400", ",", "first,last", "band,setup,monthly,description", "\"", "\"\"", "\r\n", ";", "\t", "\uFEFF", "1.50", "AB10 1AA", "GIR 0AA", "\0", "\u0660",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var kind = Kinds[input.IsEmpty ? 0 : input.Span[0] % Kinds.Length];
        var bytes = input.IsEmpty ? default : input.Span[1..];
        var text = Encoding.UTF8.GetString(bytes);
        var isGood = kind switch
        {
            "number" => PhoneNumber.TryParse(text, out var number) && Is(PhoneNumber.TryParse(number.ToString(), out var again) && again == number),
            "typed" => PhoneNumber.ParseTyped(text) is { Succeeded: true, Value: var typed } && Is(typed.National.Length is PhoneNumber.MinimumLength or PhoneNumber.MaximumLength),
            "pattern" => NumberPattern.TryParse(text, out var pattern) && Is(Fits(pattern)),
            "wanted" => NumberPattern.ParseTyped(text) is { Succeeded: true, Value: var wanted } && Is(Fits(wanted)),
            "target" => NumberTarget.TryParse(text, out var target) && Is(Same(target)),
            "periods" => TargetPeriods.TryParse(text, out var periods) && Is(TargetPeriods.TryParse(periods.Text, out var same) && same == periods),
            "emergency" => Enum.GetValues<EmergencyField>().Any(field => EmergencyRecord.Read(field, text) is { Succeeded: true } read && Is(read.Value.Length <= EmergencyRecord.Longest(field))),
            _ => RangeCsv.Parse(bytes) is { Succeeded: true, Value: var ranges } && Is(ranges.Count is > 0 and <= NumberLimits.RangesTogether),
        };
        return ValueTask.FromResult(isGood ? kind : kind + " refused");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        (byte Kind, string Text)[] inputs =
        [
            (0, "01224000000"), (0, "+441224000000"), (0, "441224000000"), (0, "P1224000000"), (0, "0800123456"), (0, "1224000000"), (0, "012240000000"), (1, "+44 (0)1224 000-000"), (1, "twelve"),
            (2, "01224______"), (2, "0122_00_000"), (2, "01224"), (2, "0_________1"), (2, "01224*"), (3, "01224 xxx xxx"), (3, "0800*"), (3, "?"), (4, "441189999999"), (4, "01189999999"),
            (4, "S:441224000000@sip.example"), (4, "s:user@192.0.2.7:5080"), (4, "S:user:pass@sip.example"), (4, "E:x@[2001:db8::7]:5061"), (4, "F:fax@example.com"), (4, "H:x"), (4, "S:a@b|c"),
            (5, "0000"), (5, "0900-1730"), (5, "1-5:0900-1730,6:1000-1400"), (5, "2500-2600"), (6, "AB10 1AA"), (6, "Example Ltd"), (6, "Caf\u00e9"), (7, "first,last\n01224000000,01224000099\n"),
            (7, "First;Last;Band;Setup;Monthly;Description\r\n01224 000000;01224 000099;G1;1.50;0.5;\"Aberdeen; \"\"centre\"\"\"\r\n"), (7, "first,last\n1,2\n"), (7, "first,last\n\"0"),
        ];
        return inputs.Select((input, i) => ($"{Kinds[input.Kind]}-{i:00}", (byte[])[input.Kind, .. Encoding.UTF8.GetBytes(input.Text)]));
    }

    /// <summary>The bounds fit, and from any number in between the search goes on to one that fits and that is not before it.</summary>
    private static bool Fits(NumberPattern pattern)
    {
        if (!pattern.Matches(pattern.Low) || !pattern.Matches(pattern.High) || pattern.NextFrom(pattern.High + 1) is not null)
        {
            return false;
        }

        for (var (number, step) = (pattern.Low, Math.Max(1, (pattern.High - pattern.Low) / 7)); number <= pattern.High; number += step)
        {
            if (pattern.NextFrom(number) is not { } next || next < number || !pattern.Matches(next))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Same(NumberTarget target) =>
        NumberTarget.TryParse(target.ToString(), out var again) && again == target && target.ToString().Length <= NumberTarget.MaximumLength && !target.ToString().AsSpan().ContainsAny("| \r\n\"");

    private static bool Is(bool so) => so ? true : throw new InvalidOperationException("What was read is out of its bounds.");
}
