using System.Security.Cryptography;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>
/// Finds free numbers in a few steps: it begins anywhere in the ranges that a pattern meets, and jumps in the index of free numbers from each that does not fit to the next
/// that could. So one pattern gets other numbers each time, and nothing is read from the beginning.
/// </summary>
internal static class FreeNumbers
{
    public const string FreeStatement =
        "SELECT number FROM phone_number INDEXED BY phone_number_state WHERE state = 'free' AND number BETWEEN @first AND @last ORDER BY number LIMIT @limit";

    public const string RangesStatement =
        "SELECT first, last, free FROM number_range WHERE last BETWEEN @low AND @high + @size AND first <= @high AND free > 0 ORDER BY last LIMIT @limit";

    private const int RangesLooked = 500;

    /// <summary>Free numbers that fit, at most so many, each once and in no order.</summary>
    public static List<long> Find(DatabaseConnection connection, NumberPattern pattern, int count)
    {
        var found = FindOf(connection, pattern, count);
        return found.Count == 0 && pattern.Otherwise is { } other ? FindOf(connection, other, count) : found;
    }

    /// <summary>The first of so many free numbers in a row that fit; null when there are none, or none is found for what the search may cost. Tens, hundreds and thousands begin where people expect them to.</summary>
    public static long? FindRun(DatabaseConnection connection, NumberPattern pattern, int length, RunBudget? budget = null)
    {
        budget ??= new RunBudget();
        var step = length is 10 or 100 or 1000 ? length : 1;
        return FindRunOf(connection, pattern, length, step, budget) ?? (pattern.Otherwise is { } other ? FindRunOf(connection, other, length, step, budget) : null);
    }

    /// <summary>Whether all of so many numbers in a row are free.</summary>
    public static bool IsFree(DatabaseConnection connection, long first, int length) => Free(connection, first, first + length - 1, length).Count == length;

    private static List<long> FindOf(DatabaseConnection connection, NumberPattern pattern, int count)
    {
        List<long> found = [];
        if (Start(connection, pattern) is { } start)
        {
            var wanted = Math.Max(count, NumberLimits.Variety);
            var steps = NumberLimits.Steps;
            Collect(connection, pattern, start, pattern.High, wanted, found, ref steps);
            Collect(connection, pattern, pattern.Low, start - 1, wanted, found, ref steps);
        }

        RandomNumberGenerator.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(found));
        return found.Count > count ? found[..count] : found;
    }

    private static void Collect(DatabaseConnection connection, NumberPattern pattern, long first, long last, int wanted, List<long> found, ref int steps)
    {
        const int Few = 16;
        var after = first;
        while (found.Count < wanted && steps-- > 0 && pattern.NextFrom(after) is { } next && next <= last)
        {
            var limit = pattern.IsContiguous ? wanted - found.Count : Few;
            var free = Free(connection, next, last, limit);
            found.AddRange(free.Where(pattern.Matches).Take(wanted - found.Count));
            if (free.Count < limit)
            {
                return;
            }

            after = free[^1] + 1;
        }
    }

    private static long? FindRunOf(DatabaseConnection connection, NumberPattern pattern, int length, int step, RunBudget budget) =>
        !pattern.FitsRunsOf(length) || Start(connection, pattern) is not { } start ? null
        : Run(connection, pattern, start, pattern.High, length, step, budget)
            ?? Run(connection, pattern, pattern.Low, Math.Min(pattern.High, start + length - 2), length, step, budget);

    /// <summary>Reads a window's numbers at once; behind the last that is missing in it the next one can begin. So no number is read more than twice.</summary>
    private static long? Run(DatabaseConnection connection, NumberPattern pattern, long first, long last, int length, int step, RunBudget budget)
    {
        for (var after = first; budget.TryStep(length + 1) && pattern.NextFrom(after) is { } next && next <= last;)
        {
            if (Free(connection, next, last, 1) is not [var begin])
            {
                return null;
            }

            begin = (begin + step - 1) / step * step;
            if (begin + length - 1 > last)
            {
                return null;
            }

            var free = Free(connection, begin, begin + length - 1, length);
            budget.Spend(free.Count + 1);
            var missing = begin + length - 1;
            for (var i = free.Count - 1; i >= 0 && free[i] == missing && pattern.Matches(missing); i--)
            {
                missing--;
            }

            if (missing < begin)
            {
                return begin;
            }

            after = missing + 1;
        }

        return null;
    }

    private static List<long> Free(DatabaseConnection connection, long first, long last, int limit) => connection.All(
        FreeStatement, static row => row.GetInt64(0), ("@first", first), ("@last", last), ("@limit", limit));

    /// <summary>Anywhere in the ranges that the pattern meets; where more are free, it begins there more often.</summary>
    private static long? Start(DatabaseConnection connection, NumberPattern pattern)
    {
        var middle = Random(pattern.Low, pattern.High);
        List<(long First, long Last, long Free)> ranges = [.. Ranges(connection, middle, pattern.High), .. Ranges(connection, pattern.Low, middle)];
        var total = ranges.Sum(static range => range.Free);
        if (total == 0)
        {
            return null;
        }

        var drawn = Random(0, total - 1);
        foreach (var (first, last, free) in ranges)
        {
            if (drawn < free)
            {
                return Random(Math.Max(first, pattern.Low), Math.Min(last, pattern.High));
            }

            drawn -= free;
        }

        return pattern.Low;
    }

    private static List<(long First, long Last, long Free)> Ranges(DatabaseConnection connection, long low, long high) => connection.All(
        RangesStatement, static row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), ("@low", low), ("@high", high), ("@size", NumberLimits.Range), ("@limit", RangesLooked));

    private static long Random(long first, long last)
    {
        var span = (UInt128)(ulong)(last - first) + 1;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return first + (long)(ulong)(BitConverter.ToUInt64(bytes) * span >> 64);
    }
}
