namespace Waybill.Core.Accounts;

/// <summary>Whether an account's logins work.</summary>
public enum AccountStatus
{
    /// <summary>They do.</summary>
    Active,

    /// <summary>They do not until the account is resumed.</summary>
    Suspended,

    /// <summary>They never do again; the files stay until retention removes them.</summary>
    Closed,
}
