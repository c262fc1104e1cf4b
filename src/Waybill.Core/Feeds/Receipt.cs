namespace Waybill.Core.Feeds;

/// <summary>That a file was delivered, and whether the customer has it.</summary>
/// <param name="File">The catalogue's number of the file: <see cref="Catalogue.FileCatalogue.FetchesAsync"/> has all its fetches.</param>
/// <param name="Publication">The publication that it came with; null for a publisher login's upload.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">The feed.</param>
/// <param name="Path">Its place in the vault.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Published">When it came.</param>
/// <param name="Publisher">Who published it.</param>
/// <param name="FirstFetched">When it was first read as a whole; null when it was not.</param>
/// <param name="FirstFetchedBy">By which login.</param>
/// <param name="Gone">When it ceased to be there.</param>
/// <param name="GoneHow">Why: replaced, recalled, held, archived (by the customer or by retention), retention, removed or missing.</param>
public sealed record Receipt(
    long File, long? Publication, string Account, string Feed, string Path, long Size, DateTimeOffset Published, string? Publisher, DateTimeOffset? FirstFetched,
    string? FirstFetchedBy, DateTimeOffset? Gone, string? GoneHow);
