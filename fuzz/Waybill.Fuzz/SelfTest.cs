namespace Waybill.Fuzz;

/// <summary>Proves that the runner catches what it is there to catch, with targets that are wrong on purpose.</summary>
internal static class SelfTest
{
    private const int Inputs = 20_000;

    public static async Task<bool> RunAsync(TextWriter output)
    {
        var leak = new List<byte[]>();
        (string Catches, Func<ReadOnlyMemory<byte>, string> Run, string Expected)[] cases =
        [
            ("nothing", _ => "Seen", ""),
            ("a crash", input => input.Length > 100 ? throw new InvalidOperationException("boom") : "Seen", "boom"),
            ("an outcome that is not declared", input => input.Length > 100 ? "Other" : "Seen", "does not declare"),
            ("an outcome that is never seen", _ => "", "never seen: Seen"),
            ("a run that does not reach what it must", _ => "Seen", "not reached: the end"),
            ("a leak", _ =>
            {
                leak.Add(new byte[4096]);
                return "Seen";
            }, "memory grew"),
        ];
        var passed = true;
        foreach (var (catches, run, expected) in cases)
        {
            var text = new StringWriter();
            var result = await new FuzzRunner(1, text).RunAsync(new Target(run, expected), Inputs, [[0, 0, 0, 4, 1, 2, 3, 4]]);
            var caught = result == (expected.Length == 0) && text.ToString().Contains(expected, StringComparison.Ordinal);
            output.WriteLine($"{(caught ? "ok  " : "FAIL")} catches {catches}");
            passed &= caught;
            leak.Clear();
        }

        return passed;
    }

    /// <summary>Hangs in the parser's own thread: the watchdog must say with which input, and end the program with exit code 1.</summary>
    public static Task HangAsync(TextWriter output) =>
        new FuzzRunner(1, output, TimeSpan.FromSeconds(1)).RunAsync(new Target(_ => Hang(), ""), Inputs, [[0xBE, 0xEF]]);

    private static string Hang()
    {
        while (true)
        {
            Thread.Yield();
        }
    }

    private sealed class Target(Func<ReadOnlyMemory<byte>, string> run, string expected) : IFuzzTarget
    {
        public string Name => "self-test";

        public int Inputs => 1;

        public IReadOnlyCollection<string> Outcomes { get; } = expected.StartsWith("never", StringComparison.Ordinal) ? ["Seen", ""] : ["Seen"];

        public string? Missing => expected.StartsWith("not reached", StringComparison.Ordinal) ? "the end" : null;

        public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input) => new(run(input));

        public IEnumerable<(string Name, byte[] Input)> Record() => [];
    }
}
