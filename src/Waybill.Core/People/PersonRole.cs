namespace Waybill.Core.People;

/// <summary>What a person is: at the provider the first four, at an account the others. What each may do stands in <see cref="PortalPermissions"/>.</summary>
public enum PersonRole
{
    /// <summary>Helps customers.</summary>
    Support,

    /// <summary>Sends invoices and data.</summary>
    Billing,

    /// <summary>Runs the installation.</summary>
    Administrator,

    /// <summary>Reads everything and changes nothing.</summary>
    Auditor,

    /// <summary>Answers for an account.</summary>
    Owner,

    /// <summary>Works with an account.</summary>
    Member,

    /// <summary>Works for a vendor of an account.</summary>
    Vendor,
}
