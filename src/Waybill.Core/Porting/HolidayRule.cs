namespace Waybill.Core.Porting;

/// <summary>A bank holiday that comes every year, and can be computed (Banking and Financial Dealings Act 1971, schedule 1, and the proclamations that repeat).</summary>
public enum HolidayRule
{
    /// <summary>1 January.</summary>
    NewYear,

    /// <summary>2 January.</summary>
    SecondJanuary,

    /// <summary>17 March.</summary>
    SaintPatrick,

    /// <summary>The Friday before Easter.</summary>
    GoodFriday,

    /// <summary>The Monday after Easter.</summary>
    EasterMonday,

    /// <summary>The first Monday of May.</summary>
    EarlyMay,

    /// <summary>The last Monday of May.</summary>
    Spring,

    /// <summary>12 July.</summary>
    Boyne,

    /// <summary>The first Monday of August.</summary>
    SummerFirst,

    /// <summary>The last Monday of August.</summary>
    SummerLast,

    /// <summary>30 November.</summary>
    SaintAndrew,

    /// <summary>25 December.</summary>
    Christmas,

    /// <summary>26 December.</summary>
    BoxingDay,
}
