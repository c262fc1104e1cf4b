using System.Globalization;

namespace Waybill.Core.Keys;

/// <summary>The last day of a key, as people write and read it.</summary>
public static class KeyExpiry
{
    private const string Day = "yyyy-MM-dd";

    /// <summary>Reads a day as <c>2026-12-31</c>: the key works to its end, in UTC. Null for everything else.</summary>
    public static DateTimeOffset? OfDay(string? text) => DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue
        ? new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero)
        : null;

    /// <summary>The last day on which a key works.</summary>
    public static string LastDay(DateTimeOffset expires) => expires.UtcDateTime.AddMilliseconds(-1).ToString(Day, CultureInfo.InvariantCulture);
}
