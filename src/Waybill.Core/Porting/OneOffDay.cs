namespace Waybill.Core.Porting;

/// <summary>A day that is otherwise than the rules of the calendar have it: a holiday that was proclaimed once, or one that was moved away.</summary>
/// <param name="Day">The day.</param>
/// <param name="Nation">Where; null for everywhere.</param>
/// <param name="IsHoliday">Whether it is a holiday; else it is worked on, though the rules say otherwise. A weekend stays a weekend.</param>
/// <param name="Name">What it is.</param>
public sealed record OneOffDay(DateOnly Day, Nation? Nation, bool IsHoliday, string Name);
