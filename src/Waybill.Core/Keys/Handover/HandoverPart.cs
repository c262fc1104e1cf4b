namespace Waybill.Core.Keys.Handover;

/// <summary>The two halves of a handover, which travel apart.</summary>
public enum HandoverPart
{
    /// <summary>The private key's file, encrypted.</summary>
    File,

    /// <summary>Its passphrase.</summary>
    Passphrase,
}
