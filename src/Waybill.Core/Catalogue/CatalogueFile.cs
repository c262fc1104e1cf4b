namespace Waybill.Core.Catalogue;

/// <summary>One version of a file, as the catalogue knows it.</summary>
/// <param name="Id">The database's number for it.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Path">Where it lies in the vault, as the provider sees it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ExpectedSize">The size that the client announced, if it did.</param>
/// <param name="Arrived">When it was committed, by the server's clock.</param>
/// <param name="Login">Who delivered it; null for a file that was found on the disk.</param>
/// <param name="Protocol">How: one of <see cref="DeliveryProtocol"/>.</param>
/// <param name="Sha256">The hash of its content, once it is known.</param>
/// <param name="FirstFetched">When it was first read as a whole.</param>
/// <param name="FirstFetchedBy">By whom.</param>
/// <param name="Gone">When it ceased to be there.</param>
/// <param name="GoneHow">Why; null while it is there.</param>
public sealed record CatalogueFile(
    long Id, string Account, string Path, long Size, long? ExpectedSize, DateTimeOffset Arrived, string? Login, string Protocol, byte[]? Sha256,
    DateTimeOffset? FirstFetched, string? FirstFetchedBy, DateTimeOffset? Gone, GoneHow? GoneHow)
{
    /// <summary>Whether less came than the client announced: it stopped early and closed its handle, which SFTP cannot tell from a file that is whole (promise D12).</summary>
    public bool IsIncomplete => Size < ExpectedSize;

    /// <summary>Whether its client cut the TLS connection without saying that this was all, which was let pass for it: it may be cut off.</summary>
    public bool IsUnclean { get; init; }
}
