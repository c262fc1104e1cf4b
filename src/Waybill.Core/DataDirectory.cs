namespace Waybill.Core;

/// <summary>Where things lie in a data directory.</summary>
/// <param name="Path">The directory.</param>
public sealed record DataDirectory(string Path)
{
    /// <summary>The embedded database.</summary>
    public string Database => System.IO.Path.Combine(Path, "waybill.db");

    /// <summary>The audit log's key and anchor, outside the database on purpose.</summary>
    public string Audit => System.IO.Path.Combine(Path, "audit");

    /// <summary>The key of the audit chain.</summary>
    public string AuditKey => System.IO.Path.Combine(Audit, "audit.key");

    /// <summary>The head and count of the audit chain.</summary>
    public string AuditAnchor => System.IO.Path.Combine(Audit, "anchor");

    /// <summary>The key that second factors of people are kept under; made when the first one is needed.</summary>
    public string PeopleKey => System.IO.Path.Combine(Path, "secrets", "people.key");

    /// <summary>The customers' files, one directory for each account.</summary>
    public string Vaults => System.IO.Path.Combine(Path, "vaults");

    /// <summary>The files that retention has put aside, under their numbers in the catalogue.</summary>
    public string RetentionTaken => System.IO.Path.Combine(Path, "retention", "taken");

    /// <summary>Where what customers put away goes, unless the configuration has another place.</summary>
    public string Archive => System.IO.Path.Combine(Path, "archive");

    /// <summary>The leases of processes that publish.</summary>
    public string Publishing => System.IO.Path.Combine(Path, "run", "publishing");
}
