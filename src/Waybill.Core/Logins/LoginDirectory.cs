using System.Net;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.Core.Passwords;

namespace Waybill.Core.Logins;

/// <summary>
/// What the server asks when somebody authenticates. Nothing is cached: a lookup by index costs some 30 microseconds, so a revoked key stops working at
/// once whichever process revoked it, and an unknown user name takes the same way as a known one.
/// </summary>
/// <param name="database">Where logins are kept.</param>
/// <param name="time">The clock that keys expire by.</param>
public sealed class LoginDirectory(WaybillDatabase database, TimeProvider time)
{
    /// <summary>The login of that name with its account's status and its keys; null if there is none.</summary>
    public ValueTask<LoginCandidate?> FindAsync(string userName, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => Find(connection, userName), cancellationToken);

    internal static LoginCandidate? Find(DatabaseConnection connection, string userName)
    {
        var (login, status) = connection.First(
            $"{LoginSql.Select} WHERE l.user_key = @key",
            static row => (Login: (Login?)LoginSql.Read(row), Status: row.IsDBNull(11) ? (AccountStatus?)null : row.Word<AccountStatus>(11)),
            ("@key", UserName.Fold(userName)));

        // For an unknown name the keys and the password of no login are read, so that the answer takes as long.
        var keys = KeySql.OfLogin(connection, login?.Id ?? 0);
        var password = LoginPasswordSql.Find(connection, login?.Id ?? 0);
        return login is null ? null : new LoginCandidate(login, status, keys) { Password = password };
    }

    /// <summary>
    /// Whether a candidate may log in with this key from this address, now. Ask again before a signature counts and, for sessions that live, whenever
    /// <see cref="RevisionAsync"/> has changed or time has passed (keys expire).
    /// </summary>
    public LoginReason Check(LoginCandidate? candidate, ReadOnlySpan<byte> keyBlob, IPAddress address) =>
        candidate is null ? LoginReason.UnknownUser
        : candidate.FindKey(keyBlob) is { } key ? Check(candidate, new LoginCredential.OfKey(key), address)
        : LoginReason.UnknownKey;

    /// <summary>Whether a session that was opened with this credential from this address may go on, now.</summary>
    public LoginReason Check(LoginCandidate? candidate, LoginCredential credential, IPAddress address) =>
        candidate is null ? LoginReason.UnknownUser
        : credential.Check(candidate, time.GetUtcNow()) is not LoginReason.Ok and var reason ? reason
        : CheckState(candidate, address);

    /// <summary>Whether a login may be used from an address, whatever it shows.</summary>
    internal static LoginReason CheckState(LoginCandidate candidate, IPAddress address) =>
        candidate.Login.Status != LoginStatus.Active ? LoginReason.LoginSuspended
        : candidate.AccountStatus == AccountStatus.Suspended ? LoginReason.AccountSuspended
        : candidate.AccountStatus == AccountStatus.Closed ? LoginReason.AccountClosed
        : !candidate.Login.AllowFrom.Allows(address) ? LoginReason.AddressNotAllowed
        : LoginReason.Ok;

    /// <summary>Which logins have keys with these fingerprints, at most <paramref name="most"/> of each; for words in the audit, never for an answer to a client.</summary>
    public ValueTask<List<KeyOwner>> OwnersAsync(IReadOnlyCollection<string> fingerprints, int most, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => fingerprints.SelectMany(sha256 => connection.All(
            """
            SELECT k.sha256, l.user_name, k.revoked_at IS NOT NULL FROM login_key k JOIN login l ON l.id = k.login_id
            WHERE k.sha256 = @sha256 ORDER BY k.revoked_at IS NOT NULL, l.user_key LIMIT @most
            """,
            static row => new KeyOwner(row.GetString(0), row.GetString(1), row.GetInt64(2) != 0),
            ("@sha256", sha256),
            ("@most", most))).ToList(),
        cancellationToken);

    /// <summary>From where logins succeeded since <paramref name="from"/>, as the audit has it: each address once with its last time, the latest first.</summary>
    public ValueTask<List<LoginSource>> SourcesAsync(DateTimeOffset from, int most, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => connection.All(
            """
            SELECT address, max(time) FROM audit INDEXED BY audit_login
            WHERE action = 'login' AND time >= @from AND address IS NOT NULL GROUP BY address ORDER BY max(time) DESC LIMIT @most
            """,
            static row => new LoginSource(row.GetString(0), row.Time(1)),
            ("@from", from.ToColumn()),
            ("@most", most)),
        cancellationToken);

    /// <summary>A number that changes when any login, key or account status changed, in this process or another. Cheap enough to be asked several times a second.</summary>
    public ValueTask<long> RevisionAsync(CancellationToken cancellationToken = default) => database.ReadAsync(
        static connection => connection.Number("SELECT value FROM revision WHERE topic = 'logins'"),
        cancellationToken);
}
