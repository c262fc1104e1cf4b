namespace Waybill.Portal;

/// <summary>Names the resource file of the words around connection packs, keys made in the browser, and mails that staff take in: Resources/PackTexts.resx.</summary>
internal sealed class PackTexts;
