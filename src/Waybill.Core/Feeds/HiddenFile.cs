namespace Waybill.Core.Feeds;

/// <summary>A file that lies hidden beside its place.</summary>
internal sealed record HiddenFile(long Publication, string Path, string Token, long Size, byte[]? Sha256, string? Source)
{
    public (string Token, long Publication) Key => (Token, Publication);
}
