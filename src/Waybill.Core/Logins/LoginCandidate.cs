using Waybill.Core.Accounts;
using Waybill.Core.Keys;
using Waybill.Core.Passwords;

namespace Waybill.Core.Logins;

/// <summary>A login as it is in the database at this moment, with what decides whether it may be used.</summary>
/// <param name="Login">The login.</param>
/// <param name="AccountStatus">Its account's status; null without an account.</param>
/// <param name="Keys">All its keys, the revoked and expired ones too, so that a refusal can say which it was.</param>
public sealed record LoginCandidate(Login Login, AccountStatus? AccountStatus, IReadOnlyList<InstalledKey> Keys)
{
    /// <summary>Its password; null if it has none.</summary>
    internal StoredPassword? Password { get; init; }

    /// <summary>Whether it has a password, for FTPS and NTSAPI.</summary>
    public bool HasPassword => Password is not null;

    /// <summary>Uploads over FTP count although the client cuts the connection without closing TLS.</summary>
    public bool AcceptsUncleanUploads => Password?.Ftp.AcceptsUncleanUploads == true;

    /// <summary>From when on it must use TLS where it comes with a password; null for never.</summary>
    public DateTimeOffset? TlsFrom => Password?.Ftp.TlsFrom;

    /// <summary>The key with this blob; null if the login has none.</summary>
    public InstalledKey? FindKey(ReadOnlySpan<byte> blob)
    {
        foreach (var key in Keys)
        {
            if (key.Blob.Span.SequenceEqual(blob))
            {
                return key;
            }
        }

        return null;
    }
}
