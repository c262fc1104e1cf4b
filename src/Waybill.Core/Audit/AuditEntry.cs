namespace Waybill.Core.Audit;

/// <summary>What is to be recorded. The log adds number, time and hash, escapes control characters and bounds the lengths (<see cref="AuditLimits"/>).</summary>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="Actor">Who, and from where.</param>
public sealed record AuditEntry(string Action, Actor Actor)
{
    /// <summary>The number of the account that it concerns.</summary>
    public string? Account { get; init; }

    /// <summary>What it was done to: a path of the vault, a user name, a fingerprint.</summary>
    public string? Subject { get; init; }

    /// <summary>How it ended.</summary>
    public AuditOutcome Outcome { get; init; }

    /// <summary>More, as text or JSON.</summary>
    public string? Detail { get; init; }

    /// <summary>What it means for other tables; null for nothing.</summary>
    internal IAuditEffect? Effect { get; init; }
}
