namespace Waybill.Core.Porting;

/// <summary>A day on which no work is done.</summary>
/// <param name="Day">The day.</param>
/// <param name="Name">Which holiday it is, in the words of people: that of a <see cref="HolidayRule"/>, or the name of a one-off day.</param>
public sealed record BankHoliday(DateOnly Day, string Name);
