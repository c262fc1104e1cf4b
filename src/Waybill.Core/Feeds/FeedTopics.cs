namespace Waybill.Core.Feeds;

/// <summary>The topics of the events of feeds; a word never changes its meaning.</summary>
public static class FeedTopics
{
    /// <summary>A set of files is in the customer's folder.</summary>
    public const string Published = "file-published";

    /// <summary>A set of files is held: the provider is to release or discard it.</summary>
    public const string Held = "file-held";

    /// <summary>Files were taken back.</summary>
    public const string Recalled = "file-recalled";
}
