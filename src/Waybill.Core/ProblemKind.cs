namespace Waybill.Core;

/// <summary>What sort of reason stood against a request.</summary>
public enum ProblemKind
{
    /// <summary>What was asked for does not exist.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    AlreadyExists,

    /// <summary>A value is not valid.</summary>
    Invalid,

    /// <summary>A rule forbids it.</summary>
    Refused,

    /// <summary>Whoever asks may not.</summary>
    Forbidden,

    /// <summary>A named limit is reached.</summary>
    LimitReached,

    /// <summary>It comes too fast; in a while it can be done.</summary>
    TooFast,

    /// <summary>Another process held the database for too long; trying again can help.</summary>
    Busy,

    /// <summary>The database, the disk or the audit log cannot be used.</summary>
    Unusable,
}
