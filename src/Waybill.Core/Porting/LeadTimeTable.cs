namespace Waybill.Core.Porting;

/// <summary>The lead times from a day on.</summary>
/// <param name="From">The first day that it holds for.</param>
/// <param name="Rows">One for each <see cref="InstallationKind"/>.</param>
public sealed record LeadTimeTable(DateOnly From, IReadOnlyList<LeadTime> Rows)
{
    /// <summary>
    /// The lead times of the United Kingdom's industry, as providers publish them. The published rows leave 30 and 151 numbers out (<c>&lt;30</c>, <c>31–150</c>,
    /// <c>&gt;151</c>): both count to the longer row, since a lead time is a minimum.
    /// </summary>
    public static LeadTimeTable Shipped { get; } = new(
        DateOnly.MinValue,
        [
            new(InstallationKind.SingleLine, 4, 7, 1),
            new(InstallationKind.SingleLines, 14, 17, 1),
            new(InstallationKind.MultiSmall, 7, 10, 2),
            new(InstallationKind.MultiMedium, 10, 13, 2),
            new(InstallationKind.MultiLarge, 17, 20, 2),
            new(InstallationKind.PartOfRange, 22, 25, 2),
            new(InstallationKind.NonGeographic, 7, 10, 2),
        ]);

    /// <summary>How many single lines at one time are not yet many.</summary>
    public int SingleUpTo { get; init; } = 10;

    /// <summary>The most numbers of <see cref="InstallationKind.MultiSmall"/>.</summary>
    public int SmallUpTo { get; init; } = 29;

    /// <summary>The most numbers of <see cref="InstallationKind.MultiMedium"/>.</summary>
    public int MediumUpTo { get; init; } = 150;

    /// <summary>The row of an order.</summary>
    /// <param name="line">The type of the lines.</param>
    /// <param name="isGeographic">Whether the numbers belong to a place.</param>
    /// <param name="numbers">How many they are.</param>
    public LeadTime Of(LineType line, bool isGeographic, long numbers)
    {
        var installation = !isGeographic ? InstallationKind.NonGeographic : line switch
        {
            LineType.PartOfDdi => InstallationKind.PartOfRange,
            LineType.SingleLine => numbers > SingleUpTo ? InstallationKind.SingleLines : InstallationKind.SingleLine,
            _ when numbers > MediumUpTo => InstallationKind.MultiLarge,
            LineType.Ddi => InstallationKind.MultiMedium,
            _ => numbers > SmallUpTo ? InstallationKind.MultiMedium : InstallationKind.MultiSmall,
        };
        return Rows.First(row => row.Installation == installation);
    }
}
