namespace Waybill.Portal;

/// <summary>Names the resource file of the words around certificates: Resources/CertificateTexts.resx.</summary>
internal sealed class CertificateTexts;
