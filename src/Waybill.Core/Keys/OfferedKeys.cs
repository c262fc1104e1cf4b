using System.Data.Common;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>
/// The keys that clients offered in vain, by login. Bounded for each login, the newest are kept, and none for longer than <see cref="Memory"/>: whoever knows a user
/// name can fill the list, and the customer who tries again while support is on the phone stands at its top.
/// </summary>
public static class OfferedKeys
{
    /// <summary>Keys that are remembered for one login.</summary>
    public const int MaximumPerLogin = 8;

    /// <summary>Old ones that one new offer clears away, of any login.</summary>
    private const int PurgeBatch = 50;

    /// <summary>How long one is remembered after it was last offered.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>What a refused connection adds, with its audit row.</summary>
    /// <param name="entry">The row.</param>
    /// <param name="loginId">The login that was tried.</param>
    /// <param name="keys">What was offered and is not the login's.</param>
    /// <param name="address">From where.</param>
    /// <param name="client">By which program; shown as it is, so the caller has escaped it.</param>
    /// <param name="now">When.</param>
    public static AuditEntry With(AuditEntry entry, long loginId, IReadOnlyList<SshPublicKey> keys, string address, string client, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return keys.Count == 0 ? entry : entry with { Effect = new Offer(loginId, keys, address, client, now) };
    }

    /// <summary>Those of a login, the last offered first.</summary>
    internal static List<OfferedKey> OfLogin(DatabaseConnection connection, long loginId, DateTimeOffset now) => connection.All(
        """
        SELECT sha256, type, bits, blob, first_at, last_at, times, address, client FROM offered_key
        WHERE login_id = @login AND last_at > @oldest ORDER BY last_at DESC, sha256
        """,
        Map, ("@login", loginId), ("@oldest", (now - Memory).ToColumn()));

    /// <summary>It is installed now.</summary>
    internal static void Forget(DatabaseConnection connection, long loginId, string sha256) => connection.Execute(
        "DELETE FROM offered_key WHERE login_id = @login AND sha256 = @sha256", ("@login", loginId), ("@sha256", sha256));

    private static OfferedKey Map(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2), row.Bytes(3), row.Time(4), row.Time(5), row.GetInt64(6), row.GetString(7), row.GetString(8));

    private sealed class Offer(long loginId, IReadOnlyList<SshPublicKey> keys, string address, string client, DateTimeOffset now) : IAuditEffect
    {
        public void Apply(DatabaseConnection connection)
        {
            foreach (var key in keys)
            {
                // Not an INSERT of values: the login may have gone since the client came.
                connection.Execute(
                    """
                    INSERT INTO offered_key (login_id, sha256, type, bits, blob, first_at, last_at, times, address, client)
                    SELECT id, @sha256, @type, @bits, @blob, @now, @now, 1, @address, @client FROM login WHERE id = @login
                    ON CONFLICT (login_id, sha256) DO UPDATE SET last_at = @now, times = times + 1, address = @address, client = @client
                    """,
                    ("@login", loginId), ("@sha256", KeyFingerprint.Sha256(key.Blob.Span)), ("@type", key.KeyType), ("@bits", key.Bits), ("@blob", key.Blob.ToArray()),
                    ("@now", now.ToColumn()), ("@address", address), ("@client", client));
            }

            connection.Execute(
                """
                DELETE FROM offered_key WHERE login_id = @login AND sha256 NOT IN (
                  SELECT sha256 FROM offered_key WHERE login_id = @login ORDER BY last_at DESC, sha256 LIMIT @most)
                """,
                ("@login", loginId), ("@most", MaximumPerLogin));
            connection.Execute(
                "DELETE FROM offered_key WHERE (login_id, sha256) IN (SELECT login_id, sha256 FROM offered_key WHERE last_at <= @oldest ORDER BY last_at LIMIT @batch)",
                ("@oldest", (now - Memory).ToColumn()), ("@batch", PurgeBatch));
        }
    }
}
