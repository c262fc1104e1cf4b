using System.Text;

namespace Waybill.TestKit.Storage;

/// <summary>Paths as an attacker sends them: every way out that servers fell for, combined.</summary>
public static class HostileNames
{
    private static readonly string[] Climbs =
    [
        "..", "../", "/..", "/../", "./..", "../.", "..//", "//..", "/./../", "...", "....", "....//", "..;", "..;/", ".. ", " ..", "..\t", "..\\", "\\..\\",
        "..\\/", "/..\\", "..%2f", "%2e%2e/", "%2e%2e%2f", "%252e%252e%252f", "..%c0%af", "..%00/", "..%5c", "．．／", "․․/", "‥/", "..∕", "..⁄", "..／", "..＼",
        "~", "~root", "~/..", "$HOME", "${PWD}/..", "`pwd`", "$(pwd)/..", "file:///", "C:", "C:\\", "C:/", "\\\\server\\share\\", "//server/share/", "\\\\?\\C:\\",
        "//./", "/proc/self/root/", "/proc/self/cwd/..", "/proc/self/fd/3/..", "/dev/fd/3", "/dev/stdin", "link/", "out/", "abs/", "up/", "vault/", "loop/",
    ];

    private static readonly string[] Ends =
    [
        "", "outside", "outside/canary", "etc/passwd", "u10/canary", "../u10/canary", "../u/canary", "../u1_backup/canary", "u1/../u10/canary", "canary", "x",
        "..", ".", "x/..", "x/../..", "/", "x/", "x//", "x ", "x.", "x..", " x", "vaults/u10/canary", "../vaults/u10/canary", "etc/../outside/canary",
    ];

    private static readonly string[] OddNames =
    [
        " ", "  ", ".", "..", "...", " .", ". ", ".. ", "-", "--", "-rf", "*", "?", "[a]", "{a,b}", "a;b", "a|b", "a&b", "a>b", "a<b", "a`b", "a$b", "a'b", "a\"b",
        "a\\b", "\\", "CON", "NUL", "aux.txt", "a:b", "a::$DATA", "a.", "a ", "a\tb", "a\nb", "a\rb", "a\r\nb", "a\u001bb", "a\u007fb", "a\u0085b", "a\u009bb",
        "a\u200bb", "\u200b", "a\u200db", "\ufeffa", "a\u202eb", "a\u2066b\u2069", "a\u2028b", "a\u2029b", "a\u00adb", "é", "e\u0301", "Å", "A\u030a", "ﬁ", "fi", "ß", "ẞ",
        "ı", "İ", "K", "\uFFFD", "\uFFFE", "😀", "👩‍👩‍👧", "日本語", "مرحبا", "שלום", "a\u0300\u0301\u0302\u0303", "\u0301", "%2e%2e", "%00", "%n%s", "{{7*7}}", "<script>",
        ".waybill", ".waybill-", ".waybill-t-00", ".WAYBILL-x", "x.waybill-", ".waybill\u200b-", "u", "u1", "u10", "u1_backup", "d", "f",
    ];

    private static readonly byte[][] BrokenBytes =
    [
        [0], [0xC0, 0x80], [0xC0, 0xAE], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF], [0xF8, 0x80, 0x80, 0x80, 0xAF], [0xFF], [0xFE], [0x80],
        [0xBF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xE4], [0xFF, 0xFE, 0x2E, 0x00], [0xC1, 0x9C],
    ];

    /// <summary>The corpus, the same in every run, each path once.</summary>
    public static IReadOnlyList<byte[]> All { get; } = Generate();

    private static List<byte[]> Generate()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<byte[]>();
        foreach (var climb in Climbs)
        {
            foreach (var end in Ends)
            {
                Add($"{climb}{end}");
                Add($"{climb}/{end}");
                Add($"/{climb}/{climb}/{end}");
                Add(string.Concat(Enumerable.Repeat(climb + "/", 12)) + end);
            }
        }

        foreach (var name in OddNames)
        {
            foreach (var (before, after) in new[] { ("", ""), ("/", ""), ("d/", ""), ("", "/"), ("../", ""), ("/d/../", "/.."), ("./", "/."), ("", "/f"), ("//", "//x") })
            {
                Add(before + name + after);
            }
        }

        for (var control = 1; control < 0x20; control++)
        {
            Add($"a{(char)control}b");
            Add($"{(char)control}/../x");
        }

        foreach (var broken in BrokenBytes)
        {
            foreach (var (before, after) in new[] { ("", ""), ("a", "b"), ("../", "/canary"), ("/d/", ""), ("d/f", ""), ("..", "/outside/canary"), ("f", "/../../x") })
            {
                AddBytes([.. Encoding.UTF8.GetBytes(before), .. broken, .. Encoding.UTF8.GetBytes(after)]);
            }
        }

        foreach (var length in new[] { 1, 127, 128, 254, 255, 256, 257, 1000, 4000, 4094, 4095, 4096, 4097, 5000, 32_000 })
        {
            Add(new string('a', length));
            Add("/" + new string('a', Math.Max(0, length - 1)));
            Add(string.Concat(Enumerable.Repeat("a/", length / 2)));
            Add(string.Concat(Enumerable.Repeat("../", length / 3)) + "outside/canary");
            Add(string.Concat(Enumerable.Repeat("d/../", length / 5)) + "f");
            Add(new string('/', length) + "etc/passwd");
            Add(string.Concat(Enumerable.Repeat("é", length / 2)));
            Add(string.Concat(Enumerable.Repeat("./", length / 2)) + "..");
        }

        return all;

        void Add(string text) => AddBytes(Encoding.UTF8.GetBytes(text));

        void AddBytes(byte[] bytes)
        {
            if (seen.Add(Convert.ToHexString(bytes)))
            {
                all.Add(bytes);
            }
        }
    }
}
