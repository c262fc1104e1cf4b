namespace Waybill.Core.Feeds;

/// <summary>Files that are published together: all of them appear, or none.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">The feed's name.</param>
/// <param name="Files">The files.</param>
public sealed record PublishRequest(string Account, string Feed, IReadOnlyList<PublishFile> Files)
{
    /// <summary>The number of the parent account that publishes; null is the provider itself.</summary>
    public string? By { get; init; }

    /// <summary>
    /// The parent account does it itself, and not the provider for it: the feed must be open to parents, both accounts active, the child's quota holds, and what is there already refuses the
    /// set instead of holding it, so that a parent fills no disk with what is held.
    /// </summary>
    public bool IsOfParentItself { get; init; }

    /// <summary>Takes the place of files that are there; needs <see cref="Reason"/>.</summary>
    public bool Replace { get; init; }

    /// <summary>Why it replaces.</summary>
    public string? Reason { get; init; }
}
