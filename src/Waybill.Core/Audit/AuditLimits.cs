namespace Waybill.Core.Audit;

/// <summary>Bounds of the audit log. Text beyond its bound is cut, and a marker says how long it was.</summary>
public static class AuditLimits
{
    /// <summary>Characters of actor, action, account, address and connection.</summary>
    public const int Name = 320;

    /// <summary>Characters of the subject: a path of 4,095 bytes, each of them escaped in six characters, below a vendor's folder. No client can hide the end of a name.</summary>
    public const int Subject = 25_000;

    /// <summary>Characters of the detail: as long a path too, the new name of a rename.</summary>
    public const int Detail = 32_768;

    /// <summary>Entries that wait to be written; whoever appends more waits for room.</summary>
    public const int Waiting = 4096;

    /// <summary>Entries that are committed together at most.</summary>
    public const int Group = 512;

    /// <summary>How long a row that nobody's answer depends on (a finished download, the end of a session) waits for company; a killed server loses no more than that.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromMilliseconds(100);

    /// <summary>Findings that a verification lists; more are only counted.</summary>
    public const int Findings = 1000;
}
