namespace Waybill.Core.Retention;

/// <summary>A legal hold: nothing below it is removed by retention, whatever the policies say.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Path">The folder or file; <c>/</c> for the whole account.</param>
/// <param name="Reason">Why.</param>
/// <param name="SetBy">Who set it.</param>
/// <param name="Set">When.</param>
public sealed record Hold(string Account, string Path, string Reason, string SetBy, DateTimeOffset Set);
