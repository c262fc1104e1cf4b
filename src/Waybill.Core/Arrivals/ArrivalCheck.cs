using System.Buffers;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Waybill.Storage;

namespace Waybill.Core.Arrivals;

/// <summary>Judges a file by its account's rules.</summary>
internal static class ArrivalCheck
{
    /// <summary>The rules that hold for a path: those of the nearest folder above it.</summary>
    public static IReadOnlyList<ArrivalRule> RulesFor(string path, IReadOnlyList<ArrivalRule> rules)
    {
        var nearest = rules.Where(rule => rule.Folder == "/" || path.StartsWith(rule.Folder + "/", StringComparison.Ordinal)).MaxBy(rule => rule.Folder.Length);
        return nearest is null ? [] : [.. rules.Where(rule => rule.Folder == nearest.Folder)];
    }

    /// <summary>What is told of a file that ended before the size which its client had announced (promise D12).</summary>
    public static string Incomplete(long size, long expected) => string.Create(
        CultureInfo.InvariantCulture,
        $"It is not whole: {size} of the {expected} bytes that the sending program announced arrived. Send all of it again, in binary mode: text mode changes the size.");

    /// <summary>What is wrong with a file; empty when nothing is.</summary>
    public static async ValueTask<StoreResult<IReadOnlyList<string>>> FaultsAsync(IOpenFile file, string name, long size, IReadOnlyList<ArrivalRule> rules)
    {
        var rule = rules.FirstOrDefault(rule => FileSystemName.MatchesSimpleExpression(rule.Pattern, name, ignoreCase: true));
        if (rule is null)
        {
            return new(StoreError.None, [$"Its name is not one that is expected here: {string.Join(", ", rules.Select(rule => rule.Pattern).Take(ArrivalLimits.Faults))}"]);
        }

        List<string> faults = [];
        if (size < rule.Smallest)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"It has {size} bytes; at least {rule.Smallest} are expected."));
        }

        if (size > rule.Largest)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"It has {size} bytes; at most {rule.Largest} are expected."));
        }

        if (rule.Header is null && rule.Columns is null)
        {
            return Listed(faults);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ArrivalLimits.Content);
        try
        {
            var read = await file.ReadAsync(0, buffer.AsMemory(0, ArrivalLimits.Content)).ConfigureAwait(false);
            if (!read.Succeeded)
            {
                return read.Error;
            }

            Judge(buffer.AsSpan(0, read.Value), isWhole: read.Value < ArrivalLimits.Content, rule, faults);
            return Listed(faults);
        }
        finally
        {
            // A customer's data must not wait there for whoever rents the buffer next.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static StoreResult<IReadOnlyList<string>> Listed(List<string> faults) => new(StoreError.None, faults);

    /// <summary>The content's faults.</summary>
    public static void Judge(ReadOnlySpan<byte> content, bool isWhole, ArrivalRule rule, List<string> faults)
    {
        if (CsvLines.IsUtf16(content))
        {
            faults.Add("It is written in UTF-16. Save it as UTF-8, in Excel \"CSV UTF-8\".");
            return;
        }

        content = CsvLines.WithoutMark(content);
        var first = CsvLines.First(content);
        var separator = CsvLines.Separator(first);
        if (rule.Header is not null)
        {
            var header = Encoding.UTF8.GetBytes(rule.Header);
            separator = CsvLines.Separator(header);
            if (!first.SequenceEqual(header))
            {
                faults.Add("Its first line is not the header that is expected.");
                faults.Add($"  expected: {rule.Header}");
                faults.Add(first.IsEmpty ? "  found:    an empty line" : $"  found:    {CsvLines.Show(first)}");
            }
        }

        for (var line = 1; faults.Count < ArrivalLimits.Faults && rule.Columns is { } columns && CsvLines.TryCount(ref content, separator, isWhole, out var counted); line++)
        {
            if (counted != 0 && counted != columns)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"Line {line} has {counted} columns; {columns} are expected."));
            }
        }
    }
}
