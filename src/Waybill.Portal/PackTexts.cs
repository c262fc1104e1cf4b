namespace Waybill.Portal;

/// <summary>Names the resource file of the words around connection packs: Resources/PackTexts.resx.</summary>
internal sealed class PackTexts;
