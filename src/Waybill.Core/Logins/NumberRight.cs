namespace Waybill.Core.Logins;

/// <summary>What the programs of a login may do with the numbers of its account, by NTSAPI and over REST; each right has those before it.</summary>
public enum NumberRight
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>See what the account has and what is free.</summary>
    Look,

    /// <summary>Take, set and give back numbers.</summary>
    Change,
}
