namespace Waybill.Core.Numbers;

/// <summary>Bounds of what is done with numbers.</summary>
public static class NumberLimits
{
    /// <summary>Numbers of one range: they are added in one transaction, which others wait for (half a second).</summary>
    public const int Range = 100_000;

    /// <summary>Ranges of one CSV file, and lines of it.</summary>
    public const int RangesTogether = 1000;

    /// <summary>Bytes of a CSV file of ranges.</summary>
    public const int RangeFile = 1024 * 1024;

    /// <summary>Numbers of one block.</summary>
    public const int Block = 1000;

    /// <summary>Numbers of blocks that an account changes at once: they are taken, given back or taken again.</summary>
    public const int BlockNumbers = 2000;

    /// <summary>Those that it changes in a second when it has changed so many.</summary>
    public const int BlockNumbersPerSecond = 100;

    /// <summary>Numbers that one list of free ones has.</summary>
    public const int Listed = 1000;

    /// <summary>Numbers that are ported together.</summary>
    public const int Ported = 10_000;

    /// <summary>Numbers that an account takes by itself, unless the provider says another number: those that are active, and those that it gave back while they are quarantined.</summary>
    public const int PerAccount = 10_000;

    /// <summary>The most that the provider can say.</summary>
    public const int PerAccountMaximum = 10_000_000;

    /// <summary>Targets of a number.</summary>
    public const int Targets = 3;

    /// <summary>Characters of the general information.</summary>
    public const int Information = 500;

    /// <summary>Digits of a PIN, at least.</summary>
    public const int ShortestPin = 4;

    /// <summary>Digits of a PIN, at most.</summary>
    public const int LongestPin = 8;

    /// <summary>Free numbers among which one is drawn, where a pattern has so many.</summary>
    public const int Variety = 64;

    /// <summary>Steps in the index that one search takes; a pattern that fits hardly anything among millions is given up then.</summary>
    public const int Steps = 2000;

    /// <summary>Numbers that one search for free ones in a row reads; it is given up then (a tenth of a second).</summary>
    public const int RunRows = 100_000;

    /// <summary>Searches at once that can read much: for numbers in a row, and for digits behind any digit. Of an account there is one; the others wait.</summary>
    public const int Searches = 2;

    /// <summary>How often a block is looked for when others were quicker with what was found.</summary>
    public const int BlockTries = 20;

    /// <summary>Numbers whose quarantine or term ends that are seen to in one transaction.</summary>
    public const int Together = 1000;
}
