namespace Waybill.Portal;

/// <summary>Names the resource file of the words about telephone numbers: Resources/NumberTexts.resx.</summary>
internal sealed class NumberTexts;
