namespace Waybill.Core.Feeds;

/// <summary>A file that is to find its account.</summary>
/// <param name="Source">What people call it: its path at the provider.</param>
/// <param name="Name">Its name.</param>
/// <param name="Folders">The folders that it lies in, the outermost first.</param>
/// <param name="Open">Opens its content.</param>
public sealed record RoutableFile(string Source, string Name, IReadOnlyList<string> Folders, Func<Stream> Open);

/// <summary>A file that found none: nothing was done with it.</summary>
/// <param name="Source">The file.</param>
/// <param name="Reason">Why, and what to do.</param>
public sealed record UnroutedFile(string Source, string Reason);

/// <summary>Where files go.</summary>
/// <param name="Sets">Sets to publish: the files of an account and feed that differ only in their file type, as an invoice's PDF and CSV.</param>
/// <param name="Unrouted">What is left.</param>
public sealed record RoutingPlan(IReadOnlyList<PublishRequest> Sets, IReadOnlyList<UnroutedFile> Unrouted);
