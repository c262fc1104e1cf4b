using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Notifications;

namespace Waybill.Core.Certificates;

/// <summary>
/// Tells everybody who logs in over TLS of the next certificate: the address of each account that has a login with a password, its web hooks, and its people. Each
/// account once; who gets a password after the announcement is told on the next day.
/// </summary>
/// <param name="database">Where accounts are, and the outbox.</param>
/// <param name="options">How mails are made.</param>
/// <param name="time">The clock.</param>
public sealed class CertificateNotices(WaybillDatabase database, NotificationOptions options, TimeProvider time)
{
    /// <summary>Accounts in one transaction: nobody's upload waits long for it.</summary>
    public const int Together = 200;

    /// <summary>People of one account that are told.</summary>
    public const int People = 100;

    /// <summary>Tells those who were not told yet; says how many accounts.</summary>
    public async ValueTask<Result<int>> TellAsync(CertificateChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var mails = PersonalMails.Load(options);
        if (!mails.Succeeded)
        {
            return mails.Problem;
        }

        var values = Values(change);
        var (told, after) = (0, 0L);
        while (true)
        {
            var piece = await database.WriteAsync<(int Told, long? After)>(transaction => TellPiece(transaction.Connection, mails.Value, change, values, after), cancellationToken).ConfigureAwait(false);
            if (!piece.Succeeded)
            {
                return piece.Problem;
            }

            told += piece.Value.Told;
            if (piece.Value.After is not { } next)
            {
                return told;
            }

            after = next;
        }
    }

    private static Dictionary<string, string> Values(CertificateChange change) => new()
    {
        ["takesOver"] = change.TakesOver.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["sha256"] = CertificateNotation.Sha256(change.Next),
        ["sha1"] = CertificateNotation.Sha1(change.Next),
        ["until"] = change.Next.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["presentSha256"] = CertificateNotation.Sha256(change.Present),
        ["presentSha1"] = CertificateNotation.Sha1(change.Present),
        ["page"] = change.Page ?? "-",
    };

    private (int Told, long? After) TellPiece(DatabaseConnection connection, PersonalMails mails, CertificateChange change, Dictionary<string, string> values, long after)
    {
        var now = time.GetUtcNow();
        var since = ("@since", (object)change.Announced.ToColumn());
        if (after == 0 && connection.Number(
            "SELECT EXISTS (SELECT 1 FROM event WHERE account_id IS NULL AND topic = @topic AND created_at >= @since)", ("@topic", CertificateTopics.Due), since) == 0)
        {
            EventSql.Raise(connection, CertificateTopics.Due, null, Body(values), now);
        }

        var accounts = connection.All(
            """
            SELECT a.id, a.number, a.name, a.email FROM account a
            WHERE a.id > @after AND a.status = 'active'
              AND EXISTS (SELECT 1 FROM login l JOIN login_password p ON p.login_id = l.id WHERE l.account_id = a.id AND l.status = 'active')
              AND NOT EXISTS (SELECT 1 FROM event e WHERE e.account_id = a.id AND e.topic = @topic AND e.created_at >= @since)
            ORDER BY a.id LIMIT @limit
            """,
            static row => (Id: row.GetInt64(0), Number: row.GetString(1), Name: row.GetString(2), Email: row.TextOrNull(3)),
            ("@after", after), ("@topic", CertificateTopics.Announced), since, ("@limit", Together));
        foreach (var account in accounts)
        {
            EventSql.Raise(connection, CertificateTopics.Announced, account.Id, Body(values), now);
            Dictionary<string, string> own = new(values) { ["account"] = account.Number, ["company"] = account.Name };
            foreach (var address in PeopleOf(connection, account.Id).Where(address => !address.Equals(account.Email, StringComparison.OrdinalIgnoreCase)))
            {
                mails.Add(connection, CertificateTopics.Announced, account.Id, address, own, now);
            }
        }

        return (accounts.Count, accounts.Count < Together ? null : accounts[^1].Id);
    }

    private static List<string> PeopleOf(DatabaseConnection connection, long account) => connection.All(
        "SELECT DISTINCT p.email FROM person_role r JOIN person p ON p.id = r.person_id WHERE r.account_id = @account AND p.status = 'active' ORDER BY p.email LIMIT @limit",
        static row => row.GetString(0), ("@account", account), ("@limit", People));

    private static JsonObject Body(Dictionary<string, string> values) => new(values.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
}
