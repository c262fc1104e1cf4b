using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>A set of files that this process works on.</summary>
internal sealed class PublicationSet(long accountId, string account, string feed)
{
    public long AccountId { get; } = accountId;

    public string Account { get; } = account;

    public string Feed { get; } = feed;

    public long Id { get; set; }

    public PublicationState State { get; set; }

    public bool Replaces { get; init; }

    public string? Reason { get; set; }

    /// <summary>
    /// What it was before it was released or discarded: what is set aside never goes because it could not be shown, and a set that is being removed and has this one was
    /// let go by the provider, while one that has none was never decided.
    /// </summary>
    public PublicationState? Aside { get; init; }

    public required Actor Actor { get; init; }

    public string? By { get; init; }

    /// <summary>As <see cref="PublishRequest.IsOfParentItself"/>.</summary>
    public bool IsOfParentItself { get; init; }

    public List<PublicationEntry> Files { get; } = [];

    /// <summary>Another process decided it and was killed, or could not say that it was done: what customers may have seen since is never destroyed.</summary>
    public bool IsRecovered { get; set; }

    /// <summary>What stopped it.</summary>
    public Problem? Problem { get; set; }

    public StoreError Error { get; set; }

    /// <summary>The folders that the work on it changes.</summary>
    public IEnumerable<VaultPath> Folders => Files
        .SelectMany(file => State == PublicationState.Holding && file.HeldFrom is { } from ? [file.Path.Parent, from.Parent] : (VaultPath[])[file.Path.Parent])
        .Distinct();
}
