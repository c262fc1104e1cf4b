using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Keys;

/// <summary>
/// Keys whose private half reached us by mail, form or command line, or was reported lost. Nobody can say who else has a copy, so they are refused for good, on every login.
/// Only the public fingerprint is kept, never anything of the private key.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where it is recorded.</param>
/// <param name="time">The clock.</param>
public sealed class BurntKeys(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>How a key came here that its owner reported.</summary>
    internal const string ReportedLost = "reported lost";

    private const string Prefix = "SHA256:";
    private const int Base64Length = 43;

    /// <summary>
    /// Refuses a key from now on. Where it is installed it is not revoked by this: the public half of a private key file proves nothing, so somebody could
    /// take away another customer's key; the result says where it is.
    /// </summary>
    /// <param name="sha256">The public fingerprint, as <c>SHA256:...</c>.</param>
    /// <param name="how">How the private key reached us.</param>
    /// <param name="actor">Who brought it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<BurntKey>> AddAsync(string sha256, string how, Actor actor, CancellationToken cancellationToken = default)
    {
        if (!sha256.StartsWith(Prefix, StringComparison.Ordinal) || sha256.Length != Prefix.Length + Base64Length)
        {
            return Problem.Invalid($"'{Words.Show(sha256)}' is no whole SHA256 fingerprint.");
        }

        if (Words.Check("description", how) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<BurntKey>(transaction => Add(transaction, sha256, how, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a key from now on, in the transaction of something larger. The fingerprint is a whole one.</summary>
    internal BurntKey Add(WriteTransaction transaction, string sha256, string how, Actor actor)
    {
        var connection = transaction.Connection;
        if (Refusal(connection, sha256) is null)
        {
            connection.Execute(
                "INSERT INTO burnt_key (sha256, how, burnt_at, burnt_by) VALUES (@sha256, @how, @at, @by)",
                ("@sha256", sha256),
                ("@how", how),
                ("@at", time.GetUtcNow().ToColumn()),
                ("@by", actor.Name));
        }

        audit.Append(transaction, new AuditEntry(AuditActions.KeyBurnt, actor) { Subject = sha256, Detail = how });
        return new BurntKey(sha256, connection.All(
            """
            SELECT l.user_name FROM login_key k JOIN login l ON l.id = k.login_id
            WHERE k.sha256 = @sha256 AND k.revoked_at IS NULL ORDER BY l.user_key LIMIT 100
            """,
            static row => row.GetString(0),
            ("@sha256", sha256)));
    }

    /// <summary>
    /// Why a key is refused for good; null if it is not. How it came here may name another customer's request, or be what staff wrote for themselves: it is in the sentence for
    /// staff alone.
    /// </summary>
    internal static Problem? Refusal(DatabaseConnection connection, string sha256, bool forStaff = false) => connection.First(
        "SELECT burnt_at, how FROM burnt_key WHERE sha256 = @sha256",
        row => Problem.Refused(row.GetString(1) == ReportedLost
            ? $"This key was reported lost on {KeyService.Format(row.Time(0))}, so others may have it. Ask for a new key pair, and for its public half only."
            : $"The private half of this key reached us on {KeyService.Format(row.Time(0))}{(forStaff ? $" ({row.GetString(1)})" : "")}, so others may have it. Ask for a new key pair, and for its public half only."),
        ("@sha256", sha256));
}
