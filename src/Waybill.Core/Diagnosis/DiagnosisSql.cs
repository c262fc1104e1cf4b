using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Diagnosis;

/// <summary>Connections in the audit, each by an index of its own.</summary>
internal static class DiagnosisSql
{
    private const string Refused = $"SELECT {AuditRow.Columns} FROM audit WHERE action = '{AuditActions.LogInRefused}'";

    public static List<AuditRow> RefusedFor(DatabaseConnection connection, string userName, DateTimeOffset from, int most) => connection.All(
        $"{Refused} AND lower(subject) = lower(@user) AND time >= @from ORDER BY sequence DESC LIMIT @most",
        AuditRow.Read, ("@user", userName), ("@from", from.ToColumn()), ("@most", most));

    public static List<AuditRow> RefusedFrom(DatabaseConnection connection, IEnumerable<string> sources, DateTimeOffset from, int most) =>
        [.. sources.SelectMany(source => connection.All(
            $"{Refused} AND address = @source AND time >= @from ORDER BY sequence DESC LIMIT @most",
            AuditRow.Read, ("@source", source), ("@from", from.ToColumn()), ("@most", most))).OrderByDescending(static row => row.Sequence).Take(most)];

    /// <summary>Connections from an address that never got as far as a user name.</summary>
    public static List<AuditRow> UnnamedFrom(DatabaseConnection connection, string address, DateTimeOffset from, int most) => connection.All(
        $"{Refused} AND address = @source AND subject IS NULL AND time >= @from ORDER BY sequence DESC LIMIT @most",
        AuditRow.Read, ("@source", address), ("@from", from.ToColumn()), ("@most", most));

    /// <summary>The latest connections, from wherever, that never got as far as a user name: networks are no word of an index, and are looked for among these.</summary>
    public static List<AuditRow> Unnamed(DatabaseConnection connection, DateTimeOffset from, int most) => connection.All(
        $"{Refused} AND lower(subject) IS NULL AND time >= @from ORDER BY sequence DESC LIMIT @most", AuditRow.Read, ("@from", from.ToColumn()), ("@most", most));

    public static AuditRow? RefusedAs(DatabaseConnection connection, string reference) =>
        connection.First($"{Refused} AND connection = @reference", AuditRow.Read, ("@reference", reference));

    /// <summary>
    /// The last login from an address, whoever it was. An index that begins with the address would be written by every login; the one of their times is read instead,
    /// no further back than <see cref="SinceLogins"/> says.
    /// </summary>
    public static AuditRow? LastLoginFrom(DatabaseConnection connection, string address, DateTimeOffset from) => connection.First(
        $"""
        SELECT {AuditRow.Columns} FROM audit INDEXED BY audit_login
        WHERE action = '{AuditActions.LogIn}' AND time >= @from AND address = @address ORDER BY time DESC LIMIT 1
        """,
        AuditRow.Read, ("@address", address), ("@from", from.ToColumn()));

    /// <summary>The time of the login before which there were so many since; the given time when there were fewer.</summary>
    public static DateTimeOffset SinceLogins(DatabaseConnection connection, DateTimeOffset from, int most) => connection.First<DateTimeOffset?>(
        $"SELECT time FROM audit INDEXED BY audit_login WHERE action = '{AuditActions.LogIn}' AND time >= @from ORDER BY time DESC LIMIT 1 OFFSET @most",
        static row => row.Time(0), ("@from", from.ToColumn()), ("@most", most - 1)) ?? from;
}
