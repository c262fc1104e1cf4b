namespace Waybill.Core.Inbound;

/// <summary>The bounds of what is delivered.</summary>
public static class InboundLimits
{
    /// <summary>The longest lease of a claim.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromHours(24);

    /// <summary>A claim that goes on for longer was made by a clock that was ahead. Beyond the longest lease there is an hour, by which a clock may be set back.</summary>
    internal static readonly TimeSpan LongestClaim = TimeSpan.FromHours(25);

    /// <summary>The longest report, in characters.</summary>
    public const int Report = 8_192;

    /// <summary>Files that are looked at, or changed in one commit, at a time.</summary>
    public const int Batch = 256;

    /// <summary>Fetches of a file, the newest, of which it is put together when a collector confirms it.</summary>
    public const int Pieces = 1_000;

    /// <summary>Entries of a directory that a collector's listing reads before it asks which of them are offered.</summary>
    public const int Listed = 2_048;

    /// <summary>Suffixes of names that are not final.</summary>
    public const int Suffixes = 32;
}
