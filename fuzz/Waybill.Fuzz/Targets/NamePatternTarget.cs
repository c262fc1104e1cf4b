using System.Text;
using Waybill.Ftp.Commands;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// LIST's argument, a NUL, and the name of an entry: what the pattern of the argument's last name matches is compared with a second reading of it.
/// </summary>
internal sealed class NamePatternTarget : IFuzzTarget
{
    private const int LongestName = VaultPath.MaximumNameLength;

    public string Name => "name-pattern";

    public int Inputs => 60_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["no path", "no pattern", "matches", "matches not", "hidden"];

    public IReadOnlyList<string> Dictionary { get; } = ["*", "?", "[", "]", "[a-z]", "[!", "[^", "[]", "[]]", "-", "**", "*a*a*a*b", ".", "/", "-la ", "ü", "\0", "\0aaaaaaaaaaaaaaaa", "*.csv\0a.csv", "\u0080"];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var bytes = input.Span;
        var end = bytes.IndexOf((byte)0);
        var argument = end < 0 ? bytes : bytes[..end];
        var name = end < 0 ? default : bytes[(end + 1)..];
        name = name[..Math.Min(name.Length, LongestName)];
        ListOptions.Read(argument, out var text);
        if (VaultPath.TryParse(text, VaultPath.Root, out var path) != VaultPathError.None)
        {
            return ValueTask.FromResult("no path");
        }

        var pattern = NamePattern.Compile(path!.Name);
        var second = SecondReading.Of(path.Name);
        if ((pattern is null) != (second is null))
        {
            throw new InvalidOperationException("It is a pattern to one reading and none to the other.");
        }

        if (pattern is null)
        {
            return ValueTask.FromResult("no pattern");
        }

        if (pattern.Matches(name) != second!.Matches(name))
        {
            throw new InvalidOperationException($"'{path}' matches '{Convert.ToHexString(name)}' to one reading and not to the other.");
        }

        return ValueTask.FromResult(pattern.Matches(name) ? "matches" : name is [(byte)'.', ..] && !path.Name.StartsWith("."u8) ? "hidden" : "matches not");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        string[] inputs =
        [
            "*.csv\0a.csv", "-la d/*.csv\0a.txt", "*\0.hidden", ".*\0.hidden", "??\0ü1", "[a-c]x\0bx", "[!a-c]x\0bx", "[^a]\0b", "[]-]\0]", "[a\0[a", "[a-\0[a-", "[z-a]\0m", "[ä-ü]*\0öl", "*a*a*a*a*b\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "**?**\0", "a\0a", "../*\0a", "x/../*\0x", "*/\0a", "[[]\0[", "[a-]\0-", "[!]]\0a", "[*]\0*", "?\0", "*\0",
        ];
        return [.. inputs.Select((input, i) => ($"pattern-{i:00}", Encoding.UTF8.GetBytes(input))), ("not-utf8", [.. "*?\0"u8, 0xFF, 0x80])];
    }

    /// <summary>The same in another way: it keeps which places of the name may be reached, and tries none again.</summary>
    private sealed class SecondReading
    {
        // A null is a star.
        private readonly List<Func<Rune, bool>?> _steps = [];
        private bool _beginsLiterally;

        public static SecondReading? Of(ReadOnlySpan<byte> pattern)
        {
            var runes = Runes(pattern);
            var reading = new SecondReading();
            var isPattern = false;
            for (var i = 0; i < runes.Count; i++)
            {
                var rune = runes[i];
                var end = rune.Value == '[' ? runes.FindIndex(Math.Min(runes.Count, StartOfSet(runes, i) + 1), static other => other.Value == ']') : -1;
                var isLiteral = end < 0 && rune.Value is not ('*' or '?');
                reading._beginsLiterally |= isLiteral && i == 0;
                isPattern |= !isLiteral;
                reading._steps.Add(end >= 0 ? SetOf(runes[StartOfSet(runes, i)..end], StartOfSet(runes, i) > i + 1) : rune.Value switch
                {
                    '*' => null,
                    '?' => static _ => true,
                    _ => other => other == rune,
                });
                i = Math.Max(i, end);
            }

            return isPattern ? reading : null;
        }

        public bool Matches(ReadOnlySpan<byte> name)
        {
            if (name is [(byte)'.', ..] && !_beginsLiterally)
            {
                return false;
            }

            var runes = Runes(name);
            var reached = new bool[runes.Count + 1];
            reached[0] = true;
            foreach (var step in _steps)
            {
                var next = new bool[runes.Count + 1];
                for (var at = 0; at <= runes.Count; at++)
                {
                    next[at] = step is null ? reached[at] || (at > 0 && next[at - 1]) : at > 0 && reached[at - 1] && step(runes[at - 1]);
                }

                reached = next;
            }

            return reached[^1];
        }

        private static int StartOfSet(List<Rune> runes, int bracket) => bracket + (bracket + 1 < runes.Count && runes[bracket + 1].Value is '!' or '^' ? 2 : 1);

        private static Func<Rune, bool> SetOf(List<Rune> inside, bool isInverted)
        {
            List<(Rune First, Rune Last)> ranges = [];
            for (var i = 0; i < inside.Count; i++)
            {
                var isRange = i + 2 < inside.Count && inside[i + 1].Value == '-';
                ranges.Add((inside[i], inside[isRange ? i + 2 : i]));
                i += isRange ? 2 : 0;
            }

            return rune => ranges.Exists(range => range.First <= rune && rune <= range.Last) != isInverted;
        }

        private static List<Rune> Runes(ReadOnlySpan<byte> bytes)
        {
            List<Rune> runes = [];
            while (!bytes.IsEmpty)
            {
                Rune.DecodeFromUtf8(bytes, out var rune, out var length);
                runes.Add(rune);
                bytes = bytes[length..];
            }

            return runes;
        }
    }
}
