namespace Waybill.Core.Billing;

/// <summary>Bounds of ledgers.</summary>
public static class BillingLimits
{
    /// <summary>Minor units of an entry, and of a balance, either way: 2^53, up to which every whole number is one that JSON carries between all programs.</summary>
    public const long Amount = 1L << 53;

    /// <summary>Characters of an entry's name.</summary>
    public const int IdLength = 64;

    /// <summary>Entries in one push.</summary>
    public const int EntriesTogether = 200;

    /// <summary>Rows of a table of entries.</summary>
    public const int ImportRows = 5_000;

    /// <summary>Bytes of a table of entries.</summary>
    public const int ImportSize = 4 * 1024 * 1024;

    /// <summary>Days that the curve of a balance shows at most.</summary>
    public const int CurveDays = 366;

    /// <summary>The latest calls that are told.</summary>
    public const int Calls = 20;

    /// <summary>Bytes at the end of a file that the latest calls are looked for in.</summary>
    public const int CallsTail = 64 * 1024;

    /// <summary>Files that are looked at for calls.</summary>
    public const int CallsFiles = 50;

    /// <summary>Entries of a ledger whose sums are kept together: what a page reads besides its entries, and so many entries move as one when one comes before them.</summary>
    public const int Stretch = 128;

    /// <summary>Accounts that are looked at at once where there may be many.</summary>
    public const int Together = 1_000;

    /// <summary>The first time that an entry may have: whatever is before is a mistake in a date.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How far in the future an entry may be booked: clocks differ, and billing runs at midnight.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    internal static bool IsAmount(long minor) => minor is >= -Amount and <= Amount;
}
