namespace Waybill.Portal;

/// <summary>Names the resource file of all words on pages: Resources/Texts.resx.</summary>
internal sealed class Texts;
