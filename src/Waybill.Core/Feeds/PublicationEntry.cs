using Waybill.Core.Catalogue;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>A file of a <see cref="PublicationSet"/>.</summary>
internal sealed class PublicationEntry(VaultPath path, string token)
{
    public VaultPath Path { get; } = path;

    /// <summary>Its hidden name.</summary>
    public string Token { get; } = token;

    public PublishFile? Source { get; init; }

    /// <summary>Where it lay before it was held; null for one that was nowhere.</summary>
    public VaultPath? HeldFrom { get; init; }

    public long Size { get; set; }

    public byte[]? Sha256 { get; set; }

    /// <summary>Empty, or a header alone: sent to show that there is nothing to send, so its content says nothing.</summary>
    public bool IsHeartbeat { get; set; }

    /// <summary>Something has its name on the disk, whether the catalogue knows it or not.</summary>
    public bool IsOnDisk { get; set; }

    public HeldReason? Held { get; set; }

    public long? FileId { get; set; }

    /// <summary>The catalogue's number of the version that it replaces.</summary>
    public long? ReplacedId { get; set; }

    public bool IsShown { get; set; }

    /// <summary>It was shown before a kill, and its customer has taken it since.</summary>
    public bool IsTaken { get; set; }

    /// <summary>Which file it is on the disk; null where that is not known yet.</summary>
    public ulong? Identity { get; set; }

    /// <summary>The same for the catalogue, of one that was written just now.</summary>
    public FileNumber Number { get; set; }

    public string HiddenPath => $"{(Path.Parent.IsRoot ? "" : Path.Parent.ToString())}/.waybill-s-{Token}";

    public PublicationFile View(bool hidden) =>
        new(Path.ToString(), Size, Sha256 is null ? null : Convert.ToHexStringLower(Sha256), Held, hidden ? HiddenPath : null);
}
