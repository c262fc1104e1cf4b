namespace Waybill.Core.Catalogue;

/// <summary>What a scan saw and changed.</summary>
public sealed record ScanReport
{
    /// <summary>Vaults that were compared.</summary>
    public int Vaults { get; init; }

    /// <summary>Accounts whose vault is not there or cannot be read: nothing of them was changed.</summary>
    public int VaultsNotRead { get; init; }

    /// <summary>Vaults that were not seen whole: a directory was moved or removed meanwhile, or cannot be read.</summary>
    public int VaultsInPart { get; init; }

    /// <summary>Files on the disk.</summary>
    public long Files { get; init; }

    /// <summary>Files that somebody put there by hand: they are in the catalogue now.</summary>
    public long Found { get; init; }

    /// <summary>Files that had been missing and are there again.</summary>
    public long Returned { get; init; }

    /// <summary>Files that have another size than the catalogue knew: a new version each.</summary>
    public long Changed { get; init; }

    /// <summary>Files of the catalogue that are not there any more.</summary>
    public long Missing { get; init; }

    /// <summary>Files that changed while they were looked at: left to the next scan.</summary>
    public long Unsettled { get; init; }

    /// <summary>Files with names that are not UTF-8 or longer than clients can name: never in the catalogue.</summary>
    public long Unnameable { get; init; }
}
