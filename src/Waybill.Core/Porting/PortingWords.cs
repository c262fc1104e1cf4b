namespace Waybill.Core.Porting;

/// <summary>How people name what the configuration names in one word.</summary>
internal static class PortingWords
{
    public static string Show(this HolidayRule rule) => rule switch
    {
        HolidayRule.NewYear => "New Year's Day",
        HolidayRule.SecondJanuary => "2 January",
        HolidayRule.SaintPatrick => "St Patrick's Day",
        HolidayRule.GoodFriday => "Good Friday",
        HolidayRule.EasterMonday => "Easter Monday",
        HolidayRule.EarlyMay => "Early May bank holiday",
        HolidayRule.Spring => "Spring bank holiday",
        HolidayRule.Boyne => "Battle of the Boyne",
        HolidayRule.SummerFirst or HolidayRule.SummerLast => "Summer bank holiday",
        HolidayRule.SaintAndrew => "St Andrew's Day",
        HolidayRule.Christmas => "Christmas Day",
        _ => "Boxing Day",
    };

    public static string Show(this InstallationKind kind) => kind switch
    {
        InstallationKind.SingleLine => "a single line",
        InstallationKind.SingleLines => "a great many single lines at one time",
        InstallationKind.MultiSmall => "an installation with several lines and few numbers",
        InstallationKind.MultiMedium => "an installation with many numbers, or with a range for dialling in,",
        InstallationKind.MultiLarge => "an installation with a great many numbers",
        InstallationKind.PartOfRange => "a part of a range",
        _ => "a number that belongs to no place",
    };
}
