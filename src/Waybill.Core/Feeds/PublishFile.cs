namespace Waybill.Core.Feeds;

/// <summary>A file to publish.</summary>
/// <param name="Name">Its name in the customer's folder.</param>
/// <param name="Open">Opens its content for reading; called once.</param>
public sealed record PublishFile(string Name, Func<Stream> Open);
