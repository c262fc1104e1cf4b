namespace Waybill.Core.Notifications;

/// <summary>How somebody is told of an event.</summary>
public enum Telling
{
    /// <summary>Not by mail.</summary>
    None,

    /// <summary>With the next daily digest.</summary>
    Digest,

    /// <summary>By a mail of its own, at once.</summary>
    Now,
}
