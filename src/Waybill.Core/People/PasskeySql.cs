using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>The statements of passkeys.</summary>
internal static class PasskeySql
{
    private const string Select = """
        SELECT credential_id, public_key, name, created_at, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up, attestation_object, client_data_json,
          last_used_at, person_id
        FROM person_passkey
        """;

    public static Passkey? Find(DatabaseConnection connection, byte[] credential) => connection.First(Select + " WHERE credential_id = @id", Read, ("@id", credential));

    public static List<Passkey> Of(DatabaseConnection connection, long person) =>
        connection.All(Select + " WHERE person_id = @person ORDER BY created_at, credential_id", Read, ("@person", person));

    public static void Insert(DatabaseConnection connection, long person, Passkey passkey) => connection.Execute(
        """
        INSERT INTO person_passkey (credential_id, person_id, public_key, name, created_at, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up,
          attestation_object, client_data_json)
        VALUES (@id, @person, @key, @name, @created, @count, @transports, @verified, @eligible, @backed, @attestation, @client)
        """,
        ("@id", passkey.CredentialId), ("@person", person), ("@key", passkey.PublicKey), ("@name", passkey.Name), ("@created", passkey.CreatedAt.ToColumn()),
        ("@count", (long)passkey.SignCount), ("@transports", string.Join(' ', passkey.Transports)), ("@verified", passkey.IsUserVerified), ("@eligible", passkey.IsBackupEligible),
        ("@backed", passkey.IsBackedUp), ("@attestation", passkey.AttestationObject), ("@client", passkey.ClientDataJson));

    /// <summary>Notes a use; false when the counter went back (WebAuthn 7.2, step 22): of two copies the second is found.</summary>
    public static bool Use(DatabaseConnection connection, PasskeyUse use, DateTimeOffset now) => connection.Execute(
        """
        UPDATE person_passkey SET sign_count = @count, is_backed_up = @backed, last_used_at = @now
        WHERE credential_id = @id AND (sign_count < @count OR (sign_count = 0 AND @count = 0))
        """,
        ("@count", (long)use.SignCount), ("@backed", use.IsBackedUp), ("@now", now.ToColumn()), ("@id", use.CredentialId)) == 1;

    public static int Remove(DatabaseConnection connection, long person, byte[] credential) =>
        connection.Execute("DELETE FROM person_passkey WHERE credential_id = @id AND person_id = @person", ("@id", credential), ("@person", person));

    public static int Rename(DatabaseConnection connection, long person, byte[] credential, string name) =>
        connection.Execute("UPDATE person_passkey SET name = @name WHERE credential_id = @id AND person_id = @person", ("@name", name), ("@id", credential), ("@person", person));

    private static Passkey Read(DbDataReader row) => new(
        row.Bytes(0), row.Bytes(1), row.GetString(2), row.Time(3), (uint)row.GetInt64(4), row.GetString(5).Split(' ', StringSplitOptions.RemoveEmptyEntries), row.GetInt64(6) != 0,
        row.GetInt64(7) != 0, row.GetInt64(8) != 0, row.Bytes(9), row.Bytes(10))
    {
        LastUsed = row.TimeOrNull(11),
        Person = row.GetInt64(12),
    };
}
