namespace Waybill.Core.Porting;

/// <summary>What was done with a row of a table whose drafts were sent.</summary>
public enum PortingSendingResult
{
    /// <summary>It was sent.</summary>
    Sent,

    /// <summary>It is a draft still: a rule is broken.</summary>
    Refused,

    /// <summary>It is no draft any more, and was left as it is.</summary>
    Left,
}
