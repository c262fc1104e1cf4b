using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.Passwords;

/// <summary>The statements of passwords of logins.</summary>
internal static class LoginPasswordSql
{
    // Of the login f and its account a: the earlier day, and either's leniency.
    private const string TlsFrom = "min(coalesce(f.tls_from, a.tls_from), coalesce(a.tls_from, f.tls_from))";
    private const string AcceptsUnclean = "(coalesce(f.accepts_unclean, 0) OR coalesce(a.accepts_unclean, 0))";
    private const string Ftp = "LEFT JOIN login_ftp f ON f.login_id = l.id LEFT JOIN account_ftp a ON a.account_id = l.account_id";

    private const string SelectPlain = $"""
        SELECT l.user_name, n.number, f.plain_times, f.plain_at, f.plain_from, f.plain_client, {TlsFrom}
        FROM login_ftp f JOIN login l ON l.id = f.login_id LEFT JOIN account n ON n.id = l.account_id LEFT JOIN account_ftp a ON a.account_id = l.account_id
        """;

    public static StoredPassword? Find(DatabaseConnection connection, long login) => connection.First(
        $"""
        SELECT p.login_id, p.hash, p.stamp, p.set_at, p.set_by, p.is_imported, p.is_weak, p.first_used_at, p.last_used_at, p.last_used_from, p.last_used_client, {TlsFrom}, {AcceptsUnclean}
        FROM login_password p JOIN login l ON l.id = p.login_id {Ftp} WHERE p.login_id = @login
        """,
        Read, ("@login", login));

    /// <summary>
    /// What a name that has no password is compared with: the hash of some login, always the same one for a name. Hashes of other servers take other times than ours, so
    /// that a name which nobody has must not always take the same.
    /// </summary>
    public static string Decoy(DatabaseConnection connection, string userKey)
    {
        var size = connection.Number("SELECT max(login_id) FROM login_password");
        if (size == 0)
        {
            return PasswordHash.OfNobody;
        }

        var pick = (long)(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(userKey))) % (ulong)size) + 1;
        return connection.First("SELECT hash FROM login_password WHERE login_id >= @pick ORDER BY login_id LIMIT 1", static row => row.GetString(0), ("@pick", pick)) ?? PasswordHash.OfNobody;
    }

    /// <summary>Sets it, in place of the one before.</summary>
    public static void Set(DatabaseConnection connection, long login, string hash, string by, bool isImported, DateTimeOffset now) => connection.Execute(
        """
        INSERT OR REPLACE INTO login_password (login_id, hash, stamp, set_at, set_by, is_imported, is_weak) VALUES (@login, @hash, @stamp, @now, @by, @imported, 0)
        """,
        ("@login", login), ("@hash", hash), ("@stamp", Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))), ("@now", now.ToColumn()), ("@by", by), ("@imported", isImported ? 1 : 0));

    public static bool Remove(DatabaseConnection connection, long login) => connection.Execute("DELETE FROM login_password WHERE login_id = @login", ("@login", login)) > 0;

    /// <summary>Puts our hash in place of another server's for the same password: its sessions go on.</summary>
    public static void Rehash(DatabaseConnection connection, StoredPassword password, string hash, bool isWeak) => connection.Execute(
        "UPDATE login_password SET hash = @hash, is_weak = @weak WHERE login_id = @login AND stamp = @stamp",
        ("@hash", hash), ("@weak", isWeak ? 1 : 0), ("@login", password.LoginId), ("@stamp", password.Stamp));

    public static void FirstUsed(DatabaseConnection connection, long login, DateTimeOffset now) =>
        connection.Execute("UPDATE login_password SET first_used_at = @now WHERE login_id = @login", ("@now", now.ToColumn()), ("@login", login));

    /// <summary>When a login last came from a source with its password; null for never, or not among those that are remembered.</summary>
    public static DateTimeOffset? LastFrom(DatabaseConnection connection, long login, string source) => connection.First(
        "SELECT last_at FROM login_source WHERE login_id = @login AND source = @source", static row => (DateTimeOffset?)row.Time(0), ("@login", login), ("@source", source));

    public static void NoteSource(DatabaseConnection connection, long login, string source, DateTimeOffset now)
    {
        connection.Execute(
            "INSERT INTO login_source (login_id, source, last_at) VALUES (@login, @source, @now) ON CONFLICT (login_id, source) DO UPDATE SET last_at = @now",
            ("@login", login), ("@source", source), ("@now", now.ToColumn()));
        connection.Execute(
            """
            DELETE FROM login_source WHERE login_id = @login AND source IN (
              SELECT source FROM login_source WHERE login_id = @login AND source <> @source ORDER BY last_at DESC LIMIT -1 OFFSET @others)
            """,
            ("@login", login), ("@source", source), ("@others", PasswordLimits.Sources - 1));
    }

    /// <summary>The sources that have tried a login in vain.</summary>
    public static List<PasswordLock> Tries(DatabaseConnection connection, long login, DateTimeOffset now) => connection.All(
        $"""
        SELECT source, max(tries), max(next_at) FROM sign_in_try WHERE login_id = @login AND forget_at > @now GROUP BY source ORDER BY max(next_at) DESC LIMIT {PasswordLimits.LocksShown}
        """,
        static row => new PasswordLock(row.GetString(0), row.GetInt64(1), row.Time(2)), ("@login", login), ("@now", now.ToColumn()));

    /// <summary>The sources that have tried names which nobody had then.</summary>
    public static List<string> SourcesOfNobody(DatabaseConnection connection) =>
        connection.All("SELECT DISTINCT source FROM sign_in_try WHERE login_id IS NULL AND source IS NOT NULL", static row => row.GetString(0));

    public static void ForgetTries(DatabaseConnection connection, long login) => connection.Execute("DELETE FROM sign_in_try WHERE login_id = @login", ("@login", login));

    /// <summary>What holds for a login over FTP, by itself or by its account; for one of which nothing was said too.</summary>
    public static FtpTerms Terms(DatabaseConnection connection, long login) =>
        connection.First($"SELECT {TlsFrom}, {AcceptsUnclean} FROM login l {Ftp} WHERE l.id = @login", static row => ReadTerms(row, 0), ("@login", login)) ?? FtpTerms.None;

    /// <summary>What was said for one login, or for one account.</summary>
    public static FtpTerms OwnTerms(DatabaseConnection connection, FtpTermsOwner owner) =>
        connection.First($"SELECT tls_from, accepts_unclean FROM {owner.Table} WHERE {owner.Column} = @id", static row => ReadTerms(row, 0), ("@id", owner.Id)) ?? FtpTerms.None;

    public static void SetTerms(DatabaseConnection connection, FtpTermsOwner owner, FtpTerms terms) => connection.Execute(
        $"""
        INSERT INTO {owner.Table} ({owner.Column}, tls_from, accepts_unclean) VALUES (@id, @from, @unclean)
        ON CONFLICT ({owner.Column}) DO UPDATE SET tls_from = @from, accepts_unclean = @unclean
        """,
        ("@id", owner.Id), ("@from", terms.TlsFrom?.ToColumn()), ("@unclean", terms.AcceptsUncleanUploads ? 1 : 0));

    public static void NotePlain(DatabaseConnection connection, long login, string address, string client, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO login_ftp (login_id, plain_times, plain_at, plain_from, plain_client) VALUES (@login, 1, @now, @address, @client)
        ON CONFLICT (login_id) DO UPDATE SET plain_times = plain_times + 1, plain_at = @now, plain_from = @address, plain_client = @client
        """,
        ("@login", login), ("@now", now.ToColumn()), ("@address", address), ("@client", client));

    /// <summary>The logins that came without TLS since then, the latest first.</summary>
    public static List<PlainLogin> Plain(DatabaseConnection connection, DateTimeOffset since) => connection.All(
        $"{SelectPlain} WHERE f.plain_at > @since ORDER BY f.plain_at DESC LIMIT {PasswordLimits.PlainShown}", ReadPlain, ("@since", since.ToColumn()));

    /// <summary>The same by user name, behind one of them; of one account, or of all.</summary>
    public static List<PlainLogin> PlainByName(DatabaseConnection connection, DateTimeOffset since, string? account, string? after, int limit) => connection.All(
        $"{SelectPlain} WHERE f.plain_at > @since AND l.user_key > @after AND (@account IS NULL OR n.number_key = @account) ORDER BY l.user_key LIMIT @limit",
        ReadPlain, ("@since", since.ToColumn()), ("@after", after ?? ""), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", limit));

    private static PlainLogin ReadPlain(DbDataReader row) => new(row.GetString(0), row.TextOrNull(1), row.GetInt64(2), row.Time(3), row.GetString(4), row.GetString(5), row.TimeOrNull(6));

    private static StoredPassword Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Time(3), row.GetString(4), row.GetInt64(5) != 0, row.GetInt64(6) != 0, row.TimeOrNull(7), row.TimeOrNull(8), row.TextOrNull(9),
        row.TextOrNull(10), ReadTerms(row, 11));

    private static FtpTerms ReadTerms(DbDataReader row, int first) => new(row.TimeOrNull(first), row.GetInt64(first + 1) != 0);
}
