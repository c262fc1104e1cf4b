namespace Waybill.Core.Passwords;

/// <summary>A login's password as it lies in the database, with what holds for it over FTP.</summary>
internal sealed record StoredPassword(
    long LoginId, string Hash, string Stamp, DateTimeOffset Set, string SetBy, bool IsImported, bool IsWeak, DateTimeOffset? FirstUsed, DateTimeOffset? LastUsed, string? LastUsedFrom,
    string? LastUsedClient, FtpTerms Ftp);
