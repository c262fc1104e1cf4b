namespace Waybill.Core.Feeds;

/// <summary>What became of a set of files.</summary>
/// <param name="Publication">The number that groups them; null when the account wanted none of them.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">The feed.</param>
/// <param name="State">Published or held; discarded when nothing was wanted.</param>
/// <param name="Files">The files.</param>
/// <param name="NotSubscribed">Names of files that the account did not subscribe to; nothing was done with them.</param>
public sealed record PublishReport(
    long? Publication, string Account, string Feed, PublicationState State, IReadOnlyList<PublicationFile> Files, IReadOnlyList<string> NotSubscribed);
