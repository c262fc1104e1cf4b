namespace Waybill.Core.Packs;

/// <summary>Bounds of connection packs.</summary>
public static class PackLimits
{
    /// <summary>Host names and ports that one login is told.</summary>
    public const int Endpoints = 16;

    /// <summary>Host keys: a key in use, one announced and one from before, of each type.</summary>
    public const int HostKeys = 16;

    /// <summary>Characters of the path of a private key.</summary>
    public const int KeyFile = 1024;

    /// <summary>Characters of the provider's name, its addresses and the customer's company as a pack shows them.</summary>
    public const int Text = 200;

    /// <summary>Bytes of all files of a pack together.</summary>
    public const int Size = 1024 * 1024;

    /// <summary>How long a link to the page of a pack opens.</summary>
    public static readonly TimeSpan LinkTime = TimeSpan.FromDays(14);
}
