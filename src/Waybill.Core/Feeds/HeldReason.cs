namespace Waybill.Core.Feeds;

/// <summary>Why a file is held as a duplicate.</summary>
public enum HeldReason
{
    /// <summary>A file of that name is there.</summary>
    Present,

    /// <summary>A file of that name was there and was fetched.</summary>
    Fetched,

    /// <summary>The account got the same content under another name; only where the feed asks for it.</summary>
    Content,

    /// <summary>Another file took the name while this one was being published.</summary>
    Taken,
}
