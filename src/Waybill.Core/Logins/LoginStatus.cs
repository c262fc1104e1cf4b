namespace Waybill.Core.Logins;

/// <summary>Whether a login works.</summary>
public enum LoginStatus
{
    /// <summary>It does.</summary>
    Active,

    /// <summary>It does not until it is resumed.</summary>
    Suspended,
}
