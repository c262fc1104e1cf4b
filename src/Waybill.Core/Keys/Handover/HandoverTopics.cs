namespace Waybill.Core.Keys.Handover;

/// <summary>The topics of handovers.</summary>
public static class HandoverTopics
{
    /// <summary>The mail with the link to the file.</summary>
    internal const string File = "handover-file";

    /// <summary>The mail with the link to the passphrase.</summary>
    internal const string Passphrase = "handover-passphrase";

    /// <summary>A link ended, since too many wrong codes were typed: somebody may hold the mail who should not.</summary>
    public const string Locked = "handover-locked";

    /// <summary>Nobody took all of it in time.</summary>
    public const string Expired = "handover-expired";
}
