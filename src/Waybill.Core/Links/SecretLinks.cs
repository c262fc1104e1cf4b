using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.Links;

/// <summary>
/// Links that stand in mails. Opening one uses nothing up, since mail scanners open and follow them; the final act of a page redeems it, where it is for once.
/// A token that is unknown, expired, revoked, used up or for something else is answered alike.
/// </summary>
/// <param name="database">Where their hashes are kept.</param>
/// <param name="time">The clock.</param>
public sealed class SecretLinks(WaybillDatabase database, TimeProvider time)
{
    /// <summary>What a token opens; null when nothing.</summary>
    /// <param name="token">What stands in the link, from anybody.</param>
    /// <param name="purpose">What the page is for.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<SecretLink?> FindAsync(string? token, string purpose, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => Find(connection, token, purpose), cancellationToken);

    /// <summary>What a token opens, whatever for: by that a page is chosen, which looks again with its own purpose.</summary>
    public ValueTask<SecretLink?> FindAsync(string? token, CancellationToken cancellationToken = default)
    {
        var hash = Hash(token);
        return database.ReadAsync(
            connection => connection.First(
                "SELECT purpose, subject, created_at, expires_at FROM secret_link WHERE hash = @hash AND redeemed_at IS NULL AND expires_at > @now",
                Map, ("@hash", hash), ("@now", time.GetUtcNow().ToColumn())),
            cancellationToken);
    }

    /// <summary>
    /// What a token that was used up had opened, as long as it is remembered. It opens nothing any more: only a page that lets the browser which used it repeat something
    /// is chosen by that, and decides by what the browser holds besides.
    /// </summary>
    public ValueTask<SecretLink?> FindUsedAsync(string? token, CancellationToken cancellationToken = default)
    {
        var hash = Hash(token);
        return database.ReadAsync(
            connection => connection.First(
                "SELECT purpose, subject, created_at, expires_at FROM secret_link WHERE hash = @hash AND redeemed_at IS NOT NULL", Map, ("@hash", hash)),
            cancellationToken);
    }

    /// <summary>Makes a link in a transaction of its own.</summary>
    /// <param name="purpose">What it lets its holder do: a word.</param>
    /// <param name="subject">To what.</param>
    /// <param name="lifetime">How long it opens; <see cref="LinkLimits.Lifetime"/> at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The token, which is told this once.</returns>
    public ValueTask<Result<string>> CreateAsync(string purpose, string subject, TimeSpan lifetime, CancellationToken cancellationToken = default) =>
        database.WriteAsync<string>(transaction => Create(transaction, purpose, subject, lifetime), cancellationToken);

    /// <summary>Ends what is open for a purpose and subject, in a transaction of its own; says how many.</summary>
    public ValueTask<Result<int>> RevokeAsync(string purpose, string subject, CancellationToken cancellationToken = default) =>
        database.WriteAsync<int>(transaction => Revoke(transaction, purpose, subject), cancellationToken);

    /// <summary>Makes a link together with what it is for.</summary>
    internal string Create(WriteTransaction transaction, string purpose, string subject, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(purpose.Length, LinkLimits.PurposeLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subject.Length, LinkLimits.SubjectLength);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, LinkLimits.Lifetime);
        var now = time.GetUtcNow();
        Purge(transaction, now);
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(LinkLimits.TokenBytes));
        transaction.Connection.Execute(
            "INSERT INTO secret_link (hash, purpose, subject, created_at, expires_at) VALUES (@hash, @purpose, @subject, @now, @expires)",
            ("@hash", Hash(token)), ("@purpose", purpose), ("@subject", subject), ("@now", now.ToColumn()), ("@expires", (now + lifetime).ToColumn()));
        transaction.Connection.Execute(
            """
            DELETE FROM secret_link WHERE hash IN (
              SELECT hash FROM secret_link WHERE purpose = @purpose AND subject = @subject AND redeemed_at IS NULL AND hash <> @hash
              ORDER BY created_at DESC LIMIT -1 OFFSET @others)
            """,
            ("@purpose", purpose), ("@subject", subject), ("@hash", Hash(token)), ("@others", LinkLimits.Live - 1));
        return token;
    }

    /// <summary>What a token opens, in the transaction that decides whether to redeem it.</summary>
    internal SecretLink? Find(DatabaseConnection connection, string? token, string purpose) => connection.First(
        """
        SELECT purpose, subject, created_at, expires_at FROM secret_link
        WHERE hash = @hash AND purpose = @purpose AND redeemed_at IS NULL AND expires_at > @now
        """,
        Map, ("@hash", Hash(token)), ("@purpose", purpose), ("@now", time.GetUtcNow().ToColumn()));

    /// <summary>Uses a link up, in the transaction of what it was for. Of any number of calls at once, in any process, one gets it and the others null.</summary>
    internal SecretLink? Redeem(WriteTransaction transaction, string? token, string purpose)
    {
        var now = time.GetUtcNow().ToColumn();
        return transaction.Connection.First(
            """
            UPDATE secret_link SET redeemed_at = @now WHERE hash = @hash AND purpose = @purpose AND redeemed_at IS NULL AND expires_at > @now
            RETURNING purpose, subject, created_at, expires_at
            """,
            Map, ("@hash", Hash(token)), ("@purpose", purpose), ("@now", now));
    }

    /// <summary>Whether a token opens something, in the transaction that may use it up later.</summary>
    internal bool IsOpen(WriteTransaction transaction, string? token, string purpose) => transaction.Connection.Number(
        "SELECT EXISTS (SELECT 1 FROM secret_link WHERE hash = @hash AND purpose = @purpose AND redeemed_at IS NULL AND expires_at > @now)",
        ("@hash", Hash(token)), ("@purpose", purpose), ("@now", time.GetUtcNow().ToColumn())) != 0;

    /// <summary>Whether a link for a purpose and subject was made since then and is not used up.</summary>
    internal static bool IsMadeSince(DatabaseConnection connection, string purpose, string subject, DateTimeOffset since) => connection.Number(
        "SELECT EXISTS (SELECT 1 FROM secret_link WHERE purpose = @purpose AND subject = @subject AND redeemed_at IS NULL AND created_at > @since)",
        ("@purpose", purpose), ("@subject", subject), ("@since", since.ToColumn())) != 0;

    /// <summary>Ends what is open for a purpose and subject, with what ended it; says how many.</summary>
    internal static int Revoke(WriteTransaction transaction, string purpose, string subject) => transaction.Connection.Execute(
        "DELETE FROM secret_link WHERE purpose = @purpose AND subject = @subject AND redeemed_at IS NULL", ("@purpose", purpose), ("@subject", subject));

    /// <summary>Clears some of the expired away. Each new link does so, and no schedule is needed: an expired one opens nothing while it waits.</summary>
    internal static int Purge(WriteTransaction transaction, DateTimeOffset now) => transaction.Connection.Execute(
        "DELETE FROM secret_link WHERE hash IN (SELECT hash FROM secret_link WHERE expires_at <= @now ORDER BY expires_at LIMIT @batch)",
        ("@now", now.ToColumn()), ("@batch", LinkLimits.PurgeBatch));

    private static SecretLink Map(System.Data.Common.DbDataReader row) => new(row.GetString(0), row.GetString(1), row.Time(2), row.Time(3));

    // Whatever came is hashed and looked up, so that the shape of a token tells nothing by the time it takes; what is too long is no token and is cut.
    private static byte[] Hash(string? token)
    {
        var text = token ?? "";
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.Length > LinkLimits.TokenLength ? text[..(LinkLimits.TokenLength + 1)] : text));
    }
}
