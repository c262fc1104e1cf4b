namespace Waybill.Core.Audit;

/// <summary>Bounds of the audit log. Text beyond its bound is cut, and a marker says how long it was.</summary>
public static class AuditLimits
{
    /// <summary>Characters of actor, action, account, address and connection.</summary>
    public const int Name = 320;

    /// <summary>Characters of the subject: a path of 4,095 bytes and its escapes.</summary>
    public const int Subject = 8192;

    /// <summary>Characters of the detail.</summary>
    public const int Detail = 16384;

    /// <summary>Entries that wait to be written; whoever appends more waits for room.</summary>
    public const int Waiting = 4096;

    /// <summary>Entries that are committed together at most.</summary>
    public const int Group = 512;

    /// <summary>Findings that a verification lists; more are only counted.</summary>
    public const int Findings = 1000;
}
