namespace Waybill.Core.Keys.Life;

/// <summary>The topics of keys.</summary>
public static class KeyTopics
{
    /// <summary>A key will stop working.</summary>
    public const string Expiring = "key-expiring";

    /// <summary>The private half of a key reached us that works on a login.</summary>
    public const string SentInUse = "key-sent-in-use";

    /// <summary>Somebody said that others may have a key; it was revoked.</summary>
    public const string ReportedLost = "key-reported-lost";

    /// <summary>Others' logins have a key that was reported lost: for the provider alone, since anybody could learn by it who has a key.</summary>
    public const string LostElsewhere = "key-lost-elsewhere";
}
