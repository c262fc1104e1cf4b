using Waybill.Core.Numbers;
using Waybill.Portal.People;

namespace Waybill.Portal.Numbers;

/// <summary>A number on the page of its account and on the provider's.</summary>
/// <param name="Page">The page, for its forms and times.</param>
/// <param name="Here">Its address.</param>
/// <param name="MayChange">Whether there are forms.</param>
internal sealed record NumberSheet(NumberFormModel Page, string Here, bool MayChange)
{
    public NumberDetails Number => Page.Number;

    public EmergencyRecord? Emergency => Page.Emergency;

    /// <summary>Whether what ported-in numbers have not is shown.</summary>
    public bool IsOwn => Number.State == NumberState.Active;

    /// <summary>What stands in a field: what was sent with it in vain, else what is so.</summary>
    public string? Value(string form, string field, string? now) => Page.WrongOf(form) is null ? now : Page.Sent(form, field);

    /// <summary>A field of the page's forms.</summary>
    public Field Field(string form, string name, string label, string? now, string? hint = null) => new(name, label, "off", null) { Value = Value(form, name, now), Hint = hint };

    /// <summary>What a change was, with all that is told of it.</summary>
    public static string Detail(NumberChange change) => string.Join(", ", change.Data.Where(static each => each.Value is not null).Select(static each => $"{each.Key} {each.Value}"));
}
