namespace Waybill.Core.Porting;

/// <summary>Which holidays each nation has, from a day on.</summary>
/// <param name="From">The first day that it holds for.</param>
/// <param name="England">England and Wales.</param>
/// <param name="Scotland">Scotland.</param>
/// <param name="NorthernIreland">Northern Ireland.</param>
public sealed record CalendarTable(DateOnly From, IReadOnlyList<HolidayRule> England, IReadOnlyList<HolidayRule> Scotland, IReadOnlyList<HolidayRule> NorthernIreland)
{
    private static readonly HolidayRule[] Common =
        [HolidayRule.NewYear, HolidayRule.GoodFriday, HolidayRule.EarlyMay, HolidayRule.Spring, HolidayRule.Christmas, HolidayRule.BoxingDay];

    /// <summary>The holidays as they are by law.</summary>
    public static CalendarTable Shipped { get; } = new(
        DateOnly.MinValue,
        [.. Common, HolidayRule.EasterMonday, HolidayRule.SummerLast],
        [.. Common, HolidayRule.SecondJanuary, HolidayRule.SummerFirst, HolidayRule.SaintAndrew],
        [.. Common, HolidayRule.EasterMonday, HolidayRule.SummerLast, HolidayRule.SaintPatrick, HolidayRule.Boyne]);

    /// <summary>The holidays of a nation.</summary>
    public IReadOnlyList<HolidayRule> Of(Nation nation) => nation switch
    {
        Nation.England => England,
        Nation.Scotland => Scotland,
        _ => NorthernIreland,
    };
}
