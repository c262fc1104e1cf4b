namespace Waybill.Core.Catalogue;

/// <summary>Why a version of a file is not there any more.</summary>
public enum GoneHow
{
    /// <summary>A login removed it.</summary>
    Removed,

    /// <summary>A newer version took its name.</summary>
    Replaced,

    /// <summary>Its time was over.</summary>
    Retention,

    /// <summary>It was moved to the archive.</summary>
    Archived,

    /// <summary>It was found missing on the disk.</summary>
    Missing,

    /// <summary>The provider took it back.</summary>
    Recalled,

    /// <summary>It was delivered under another name, and held as a duplicate when it was to get its own.</summary>
    Held,
}
