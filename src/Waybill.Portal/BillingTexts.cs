namespace Waybill.Portal;

/// <summary>Names the resource file of the words about balances: Resources/BillingTexts.resx.</summary>
internal sealed class BillingTexts;
