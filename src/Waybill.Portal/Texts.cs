namespace Waybill.Portal;

/// <summary>Names the resource file of all words on pages: Resources/Texts.resx.</summary>
internal sealed class Texts;

/// <summary>Names the resource file of the words on the provider's pages: Resources/StaffTexts.resx.</summary>
internal sealed class StaffTexts;

/// <summary>Names the resource file of the words on an account's pages: Resources/AccountTexts.resx.</summary>
internal sealed class AccountTexts;
