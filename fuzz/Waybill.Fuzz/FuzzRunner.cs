using System.Diagnostics;
using Waybill.TestKit;

namespace Waybill.Fuzz;

/// <summary>Runs targets and says what came of it, one line each.</summary>
internal sealed class FuzzRunner(ulong seed, TextWriter output, TimeSpan? timePerInput = null)
{
    /// <summary>The longest that one input may take; on a busy machine a good one takes milliseconds.</summary>
    private readonly TimeSpan _timePerInput = timePerInput ?? TimeSpan.FromSeconds(20);

    /// <summary>What the managed heap may grow by between the first tenth of a run and its end.</summary>
    public const long HeapGrowth = 8 * 1024 * 1024;

    /// <summary>What the process may grow by meanwhile: also memory of native libraries counts.</summary>
    public const long ProcessGrowth = 96 * 1024 * 1024;

    /// <summary>Runs one target; whether it passed.</summary>
    public async Task<bool> RunAsync(IFuzzTarget target, int inputs, IReadOnlyList<byte[]>? corpus = null)
    {
        corpus ??= Corpus.Load(target);
        if (corpus.Count == 0)
        {
            output.WriteLine($"FAIL {target.Name}: fuzz/corpus/{target.Name} is empty; run with --record --target {target.Name}");
            return false;
        }

        var started = Stopwatch.GetTimestamp();
        // Each target has its own stream of numbers, so that --target repeats what a whole run did.
        var mutator = new Mutator(new SeededRandom(seed ^ HashOf(target.Name)), corpus, target.Dictionary);
        var counts = target.Outcomes.ToDictionary(outcome => outcome, _ => 0, StringComparer.Ordinal);
        using var watchdog = new Watchdog(_timePerInput, input => Report(target, input, $"took more than {_timePerInput}"));
        var (heap, process) = (0L, 0L);
        for (var i = 0; i < inputs; i++)
        {
            if (i == inputs / 10)
            {
                (heap, process) = Memory();
            }

            // First the corpus as it is, then changes.
            var input = i < corpus.Count ? corpus[i] : mutator.Next();
            watchdog.Begin(input);
            try
            {
                var outcome = await target.RunAsync(input);
                if (!counts.TryGetValue(outcome, out var count))
                {
                    Report(target, input, $"gave the outcome '{outcome}', which the target does not declare");
                    return false;
                }

                counts[outcome] = count + 1;
            }
            catch (Exception exception)
            {
                Report(target, input, exception.ToString());
                return false;
            }
        }

        var (heapAfter, processAfter) = Memory();
        var unseen = counts.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToArray();
        var passed = true;
        var line = $"{target.Name,-14} {inputs,8:N0} inputs {Stopwatch.GetElapsedTime(started).TotalSeconds,6:F1} s  "
            + string.Join(", ", counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value:N0}"));
        output.WriteLine(line);
        if (unseen.Length > 0)
        {
            output.WriteLine($"FAIL {target.Name}: never seen: {string.Join(", ", unseen)} (seed {seed})");
            passed = false;
        }

        if (target.Missing is { } missing)
        {
            output.WriteLine($"FAIL {target.Name}: not reached: {missing} (seed {seed})");
            passed = false;
        }

        if (heapAfter - heap > HeapGrowth || processAfter - process > ProcessGrowth)
        {
            output.WriteLine($"FAIL {target.Name}: memory grew: heap {heap:N0} to {heapAfter:N0}, process {process:N0} to {processAfter:N0} bytes (seed {seed})");
            passed = false;
        }

        return passed;
    }

    private static (long Heap, long Process) Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }

    private static ulong HashOf(string name) => name.Aggregate(14695981039346656037UL, (hash, letter) => (hash ^ letter) * 1099511628211UL);

    private void Report(IFuzzTarget target, byte[] input, string what)
    {
        output.WriteLine($"FAIL {target.Name}: {what}");
        output.WriteLine($"     seed {seed}, input ({input.Length} bytes): {Convert.ToHexStringLower(input)}");
        output.Flush();
    }
}
