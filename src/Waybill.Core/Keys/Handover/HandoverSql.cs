using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Keys.Handover;

/// <summary>The statements of handovers.</summary>
internal static class HandoverSql
{
    private const string Select = """
        SELECT h.id, l.user_name, a.number, h.sha256, h.created_at, h.created_by, h.expires_at, h.ended_at, h.ended_how,
               f.recipient, f.taken_at, f.wrong_codes, p.recipient, p.taken_at, p.wrong_codes
        FROM key_handover h JOIN login l ON l.id = h.login_id LEFT JOIN account a ON a.id = l.account_id
        JOIN key_handover_part f ON f.handover_id = h.id AND f.part = 'file'
        JOIN key_handover_part p ON p.handover_id = h.id AND p.part = 'passphrase'
        """;

    private const string SelectPart = """
        SELECT h.id, p.part, l.user_name, a.number, a.id, h.sha256, h.file_name, h.expires_at, p.recipient, p.sealed, p.code_hash, p.wrong_codes, p.taken_at
        FROM key_handover_part p JOIN key_handover h ON h.id = p.handover_id JOIN login l ON l.id = h.login_id LEFT JOIN account a ON a.id = l.account_id
        """;

    public static HandoverView? Find(DatabaseConnection connection, long id) => connection.First($"{Select} WHERE h.id = @id", Read, ("@id", id));

    /// <summary>The newest first.</summary>
    public static List<HandoverView> List(DatabaseConnection connection, string? userKey, bool all) => connection.All(
        $"{Select} WHERE (@user IS NULL OR l.user_key = @user) AND (@all OR h.ended_at IS NULL) ORDER BY h.id DESC LIMIT {HandoverLimits.Listed}",
        Read, ("@user", userKey), ("@all", all ? 1 : 0));

    /// <summary>A part whose secret is still there.</summary>
    public static PartRow? FindPart(DatabaseConnection connection, long id, HandoverPart part, DateTimeOffset now) => connection.First(
        SelectPart + " WHERE h.id = @id AND p.part = @part AND p.sealed IS NOT NULL AND h.expires_at > @now",
        ReadPart, ("@id", id), ("@part", part.ToWord()), ("@now", now.ToColumn()));

    /// <summary>The part that was handed over to an attempt a short while ago.</summary>
    public static PartRow? FindTaken(DatabaseConnection connection, byte[] attemptHash, DateTimeOffset since) => connection.First(
        SelectPart + " WHERE p.attempt_hash = @attempt AND p.sealed IS NOT NULL AND p.taken_at > @since",
        ReadPart, ("@attempt", attemptHash), ("@since", since.ToColumn()));

    public static void AddPart(DatabaseConnection connection, long id, HandoverPart part, string? recipient, byte[] secret, byte[]? codeHash) => connection.Execute(
        "INSERT INTO key_handover_part (handover_id, part, recipient, sealed, code_hash, wrong_codes) VALUES (@id, @part, @recipient, @sealed, @code, 0)",
        ("@id", id), ("@part", part.ToWord()), ("@recipient", recipient), ("@sealed", secret), ("@code", codeHash));

    public static void CountWrongCode(DatabaseConnection connection, PartRow row) => connection.Execute(
        "UPDATE key_handover_part SET wrong_codes = wrong_codes + 1 WHERE handover_id = @id AND part = @part", ("@id", row.Id), ("@part", row.Part.ToWord()));

    public static void Take(DatabaseConnection connection, PartRow row, byte[]? attemptHash, DateTimeOffset now) => connection.Execute(
        "UPDATE key_handover_part SET taken_at = coalesce(taken_at, @now), attempt_hash = coalesce(attempt_hash, @attempt) WHERE handover_id = @id AND part = @part",
        ("@id", row.Id), ("@part", row.Part.ToWord()), ("@now", now.ToColumn()), ("@attempt", attemptHash));

    /// <summary>Ends a handover whose parts are both taken; says whether it was one.</summary>
    public static bool Complete(DatabaseConnection connection, long id, DateTimeOffset now) => connection.Execute(
        """
        UPDATE key_handover SET ended_at = @now, ended_how = 'complete'
        WHERE id = @id AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM key_handover_part WHERE handover_id = @id AND taken_at IS NULL)
        """,
        ("@id", id), ("@now", now.ToColumn())) > 0;

    public static void End(DatabaseConnection connection, long id, HandoverEnd how, DateTimeOffset now)
    {
        connection.Execute("UPDATE key_handover SET ended_at = @now, ended_how = @how WHERE id = @id", ("@id", id), ("@how", how.ToWord()), ("@now", now.ToColumn()));
        connection.Execute("UPDATE key_handover_part SET sealed = NULL WHERE handover_id = @id", ("@id", id));
    }

    /// <summary>Removes the secrets that were taken and cannot be repeated any more; says how many.</summary>
    public static int Wipe(DatabaseConnection connection, DateTimeOffset takenBefore) => connection.Execute(
        "UPDATE key_handover_part SET sealed = NULL WHERE sealed IS NOT NULL AND taken_at <= @before", ("@before", takenBefore.ToColumn()));

    /// <summary>The parts whose secrets are still there.</summary>
    public static List<(long Id, HandoverPart Part, string Sha256)> Waiting(DatabaseConnection connection) => connection.All(
        "SELECT h.id, p.part, h.sha256 FROM key_handover_part p JOIN key_handover h ON h.id = p.handover_id WHERE p.sealed IS NOT NULL",
        static row => (row.GetInt64(0), row.Word<HandoverPart>(1), row.GetString(2)));

    public static List<HandoverView> Expired(DatabaseConnection connection, DateTimeOffset now) => connection.All(
        $"{Select} WHERE h.ended_at IS NULL AND h.expires_at <= @now ORDER BY h.id LIMIT {HandoverLimits.Listed}", Read, ("@now", now.ToColumn()));

    public static int Forget(DatabaseConnection connection, DateTimeOffset endedBefore) =>
        connection.Execute("DELETE FROM key_handover WHERE ended_at < @before", ("@before", endedBefore.ToColumn()));

    private static HandoverView Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetString(3), row.Time(4), row.GetString(5), row.Time(6),
        new HandoverPartView(row.TextOrNull(9), row.TimeOrNull(10), row.GetInt32(11)), new HandoverPartView(row.TextOrNull(12), row.TimeOrNull(13), row.GetInt32(14)),
        row.TimeOrNull(7), row.IsDBNull(8) ? null : row.Word<HandoverEnd>(8));

    private static PartRow ReadPart(DbDataReader row) => new(
        row.GetInt64(0), row.Word<HandoverPart>(1), row.GetString(2), row.TextOrNull(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.GetString(5), row.GetString(6), row.Time(7),
        row.TextOrNull(8), row.Bytes(9), row.IsDBNull(10) ? null : row.Bytes(10), row.GetInt32(11), row.TimeOrNull(12));
}

/// <summary>A part with its secret, sealed.</summary>
internal sealed record PartRow(
    long Id, HandoverPart Part, string UserName, string? Account, long? AccountId, string Sha256, string FileName, DateTimeOffset Expires, string? Recipient, byte[] Sealed,
    byte[]? CodeHash, int WrongCodes, DateTimeOffset? Taken);
