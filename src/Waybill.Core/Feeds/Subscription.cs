namespace Waybill.Core.Feeds;

/// <summary>Files that an account wants.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Feed">The feed.</param>
/// <param name="FileType">The file type, as <c>csv</c>.</param>
public sealed record Subscription(string Account, string Feed, string FileType);
