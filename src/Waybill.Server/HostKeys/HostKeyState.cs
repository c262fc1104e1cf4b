namespace Waybill.Server.HostKeys;

/// <summary>Where a host key stands in its life; docs/operations/host-keys.md tells the whole of it.</summary>
internal enum HostKeyState
{
    /// <summary>Made, and nobody is told yet: time for a backup and for the other nodes to get it.</summary>
    Prepared,

    /// <summary>Clients that log in hear of it and get its proof; no key exchange uses it.</summary>
    Announced,

    /// <summary>Key exchanges use it: the one key of its type that clients are shown.</summary>
    InUse,

    /// <summary>Was in use; still announced and proved, so that clients keep it and one can go back to it.</summary>
    Previous,

    /// <summary>Gone: the private key is deleted.</summary>
    Retired,
}
