namespace Waybill.Core.Logins;

/// <summary>What a login is for.</summary>
public enum LoginKind
{
    /// <summary>A customer: sees the account's vault.</summary>
    Customer,

    /// <summary>A vendor of a customer: sees only its own subtree of the vault.</summary>
    Vendor,

    /// <summary>The provider's billing system: writes feeds of all accounts.</summary>
    Publisher,

    /// <summary>The provider's back office: fetches what was delivered.</summary>
    Collector,
}
