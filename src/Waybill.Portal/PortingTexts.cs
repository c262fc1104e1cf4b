namespace Waybill.Portal;

/// <summary>Names the resource file of the words about porting: Resources/PortingTexts.resx.</summary>
internal sealed class PortingTexts;
