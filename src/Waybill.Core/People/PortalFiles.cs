namespace Waybill.Core.People;

/// <summary>What the portal does with the files of an account; the configuration and the account each say, and the stricter counts.</summary>
public enum PortalFiles
{
    /// <summary>It does not show them.</summary>
    Off,

    /// <summary>They can be listed and downloaded.</summary>
    Read,

    /// <summary>They can be uploaded and removed too.</summary>
    ReadWrite,
}
