namespace Waybill.Core.Arrivals;

/// <summary>The bounds of the checks of files that arrive.</summary>
public static class ArrivalLimits
{
    /// <summary>Rules of one account.</summary>
    public const int Rules = 100;

    /// <summary>Characters of a header line, and bytes of a first line that is compared with one.</summary>
    public const int Header = 4_096;

    /// <summary>Columns that a rule can ask for.</summary>
    public const int Columns = 1_000;

    /// <summary>Characters of a pattern.</summary>
    public const int Pattern = 255;

    /// <summary>How much of a file is looked at.</summary>
    public const int Content = 1024 * 1024;

    /// <summary>Faults that a report lists.</summary>
    public const int Faults = 20;
}
