namespace Waybill.Portal.Porting;

/// <summary>A form that takes a letter of authority.</summary>
/// <param name="Action">Where it is sent.</param>
/// <param name="Button">The key of the words of the button.</param>
/// <param name="Error">What is wrong with what was sent; null for nothing.</param>
internal sealed record LetterForm(string Action, string Button, string? Error);
