namespace Waybill.Core.Passwords;

/// <summary>What may be known of a login's password.</summary>
/// <param name="UserName">The login.</param>
/// <param name="Account">Its account; null for the provider's own logins.</param>
/// <param name="Set">When it was set; null when the login has none.</param>
/// <param name="SetBy">By whom.</param>
/// <param name="IsImported">Another server's hash was taken over for it.</param>
/// <param name="IsRehashed">Whether it is hashed as ours are; an imported one is from its first use on.</param>
/// <param name="IsWeak">An imported one was seen at its first use to be weaker than new ones may be.</param>
/// <param name="LastUsed">When it was last used.</param>
/// <param name="LastUsedFrom">From where.</param>
/// <param name="LastUsedClient">With which program.</param>
/// <param name="Ftp">What holds for it over FTP.</param>
/// <param name="Locks">Sources from which no password is looked at for a while.</param>
public sealed record LoginPassword(
    string UserName, string? Account, DateTimeOffset? Set, string? SetBy, bool IsImported, bool IsRehashed, bool IsWeak, DateTimeOffset? LastUsed, string? LastUsedFrom, string? LastUsedClient,
    FtpTerms Ftp, IReadOnlyList<PasswordLock> Locks);

/// <summary>What holds for a login over FTP, whatever the listener lets in.</summary>
/// <param name="TlsFrom">From when on it must use TLS; null for never.</param>
/// <param name="AcceptsUncleanUploads">Uploads count although the client cuts the connection without closing TLS; they are flagged.</param>
public sealed record FtpTerms(DateTimeOffset? TlsFrom, bool AcceptsUncleanUploads)
{
    /// <summary>Nothing was said: as the listener has it.</summary>
    public static FtpTerms None { get; } = new(null, false);

    /// <summary>Whether it must use TLS at a time.</summary>
    public bool DemandsTls(DateTimeOffset now) => TlsFrom <= now;
}

/// <summary>A source from which wrong passwords came.</summary>
/// <param name="Source">An address, or a /64 of IPv6.</param>
/// <param name="Tries">How many.</param>
/// <param name="Until">When the next is looked at.</param>
public sealed record PasswordLock(string Source, long Tries, DateTimeOffset Until);

/// <summary>A source that need not wait any more.</summary>
/// <param name="Source">An address, or a /64 of IPv6.</param>
/// <param name="Tries">How many wrong passwords for whatever logins were counted; none where it need not have waited.</param>
public sealed record UnlockedSource(string Source, long Tries);

/// <summary>A password that was made, told this once.</summary>
/// <param name="UserName">The login.</param>
/// <param name="Password">The password.</param>
public sealed record GeneratedPassword(string UserName, string Password);

/// <summary>What an import did.</summary>
/// <param name="Imported">Hashes that were taken over.</param>
/// <param name="Kept">Logins that have a password already, and keep it.</param>
/// <param name="Locked">Lines that were left out, since no password opens by them.</param>
public sealed record PasswordImport(int Imported, IReadOnlyList<string> Kept, int Locked);

/// <summary>A login that came without TLS.</summary>
/// <param name="UserName">The login.</param>
/// <param name="Account">Its account.</param>
/// <param name="Times">How often.</param>
/// <param name="Last">When, the last time.</param>
/// <param name="From">From where, the last time.</param>
/// <param name="Client">With which program.</param>
/// <param name="TlsFrom">From when on it must use TLS; null for never.</param>
public sealed record PlainLogin(string UserName, string? Account, long Times, DateTimeOffset Last, string From, string Client, DateTimeOffset? TlsFrom);
