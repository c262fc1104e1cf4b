using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>The statements of passwords, authenticators and recovery codes.</summary>
internal static class CredentialSql
{
    /// <summary>Who may have this e-mail address, with one statement whether somebody has it or not; 0 for nobody.</summary>
    public static (long Person, PersonStatus Status, string? Hash) Candidate(DatabaseConnection connection, string email) => connection.First(
        "SELECT p.id, p.status, c.password FROM person p JOIN person_credential c ON c.person_id = p.id WHERE p.email_key = @key",
        static row => (row.GetInt64(0), row.Word<PersonStatus>(1), row.TextOrNull(2)), ("@key", EmailAddress.IsOne(email) ? EmailAddress.Fold(email) : ""));

    public static string? Password(DatabaseConnection connection, long person) =>
        connection.First("SELECT password FROM person_credential WHERE person_id = @id", static row => row.TextOrNull(0), ("@id", person));

    public static void SetPassword(DatabaseConnection connection, long person, string hash, DateTimeOffset now) => connection.Execute(
        "UPDATE person_credential SET password = @hash, password_set_at = @now WHERE person_id = @id", ("@hash", hash), ("@now", now.ToColumn()), ("@id", person));

    /// <summary>Password and authenticator come together: neither is ever there alone.</summary>
    public static void SetPasswordAndTotp(DatabaseConnection connection, long person, string hash, byte[] totp, long step, DateTimeOffset now) => connection.Execute(
        """
        UPDATE person_credential SET password = @hash, password_set_at = @now, totp = @totp, totp_set_at = @now, totp_step = @step, totp_next = NULL, totp_next_at = NULL
        WHERE person_id = @id
        """,
        ("@hash", hash), ("@totp", totp), ("@step", step), ("@now", now.ToColumn()), ("@id", person));

    public static void SetTotp(DatabaseConnection connection, long person, byte[] totp, long step, DateTimeOffset now) => connection.Execute(
        "UPDATE person_credential SET totp = @totp, totp_set_at = @now, totp_step = @step, totp_next = NULL, totp_next_at = NULL WHERE person_id = @id",
        ("@totp", totp), ("@step", step), ("@now", now.ToColumn()), ("@id", person));

    public static (byte[]? Sealed, long Step) Totp(DatabaseConnection connection, long person) => connection.First(
        "SELECT totp, totp_step FROM person_credential WHERE person_id = @id", static row => (row.IsDBNull(0) ? null : row.Bytes(0), row.GetInt64(1)), ("@id", person));

    /// <summary>Notes that the code of a step was used; false when it was before, by whomever.</summary>
    public static bool UseStep(DatabaseConnection connection, long person, long step) =>
        connection.Execute("UPDATE person_credential SET totp_step = @step WHERE person_id = @id AND totp_step < @step", ("@step", step), ("@id", person)) == 1;

    /// <summary>The authenticator that is being set up.</summary>
    public static byte[]? Next(DatabaseConnection connection, long person, DateTimeOffset now) => connection.First(
        "SELECT totp_next FROM person_credential WHERE person_id = @id AND totp_next_at > @from", static row => row.Bytes(0),
        ("@id", person), ("@from", (now - SignInLimits.Pending).ToColumn()));

    public static void SetNext(DatabaseConnection connection, long person, byte[] totp, DateTimeOffset now) => connection.Execute(
        "UPDATE person_credential SET totp_next = @totp, totp_next_at = @now WHERE person_id = @id", ("@totp", totp), ("@now", now.ToColumn()), ("@id", person));

    public static void SetRecoveryCodes(DatabaseConnection connection, long person, IEnumerable<byte[]> hashes)
    {
        connection.Execute("DELETE FROM person_recovery_code WHERE person_id = @id", ("@id", person));
        foreach (var hash in hashes)
        {
            connection.Execute("INSERT INTO person_recovery_code (person_id, hash) VALUES (@id, @hash)", ("@id", person), ("@hash", hash));
        }
    }

    public static bool UseRecoveryCode(DatabaseConnection connection, long person, byte[] hash, DateTimeOffset now) => connection.Execute(
        "UPDATE person_recovery_code SET used_at = @now WHERE person_id = @id AND hash = @hash AND used_at IS NULL", ("@now", now.ToColumn()), ("@id", person), ("@hash", hash)) == 1;

    public static int RecoveryCodesLeft(DatabaseConnection connection, long person) =>
        (int)connection.Number("SELECT count(*) FROM person_recovery_code WHERE person_id = @id AND used_at IS NULL", ("@id", person));

    /// <summary>Takes everything away that lets a person in.</summary>
    public static void Reset(DatabaseConnection connection, long person)
    {
        connection.Execute(
            """
            UPDATE person_credential SET password = NULL, password_set_at = NULL, totp = NULL, totp_set_at = NULL, totp_next = NULL, totp_next_at = NULL WHERE person_id = @id
            """,
            ("@id", person));
        connection.Execute("DELETE FROM person_recovery_code WHERE person_id = @id", ("@id", person));
        connection.Execute("DELETE FROM person_passkey WHERE person_id = @id", ("@id", person));

        // Whoever had taken the account over signed in from somewhere: that is no place of the person.
        connection.Execute("DELETE FROM person_source WHERE person_id = @id", ("@id", person));
        SessionSql.ChangeStamp(connection, person, keep: null);
    }

    public static bool IsPlaceOf(DatabaseConnection connection, long person, string source, DateTimeOffset now) => connection.Number(
        "SELECT EXISTS (SELECT 1 FROM person_source WHERE person_id = @id AND source = @source AND last_at > @from)",
        ("@id", person), ("@source", source), ("@from", (now - SignInLimits.Place).ToColumn())) != 0;

    /// <summary>A person has signed in.</summary>
    public static void SignedIn(DatabaseConnection connection, long person, string source, DateTimeOffset now)
    {
        connection.Execute("UPDATE person SET last_sign_in_at = @now WHERE id = @id", ("@now", now.ToColumn()), ("@id", person));
        connection.Execute(
            "INSERT INTO person_source (person_id, source, last_at) VALUES (@id, @source, @now) ON CONFLICT (person_id, source) DO UPDATE SET last_at = @now",
            ("@id", person), ("@source", source), ("@now", now.ToColumn()));
        connection.Execute(
            """
            DELETE FROM person_source WHERE person_id = @id AND source <> @source AND source IN (
              SELECT source FROM person_source WHERE person_id = @id AND source <> @source ORDER BY last_at DESC LIMIT -1 OFFSET @others)
            """,
            ("@id", person), ("@source", source), ("@others", SignInLimits.Places - 1));
    }
}
