using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>
/// The key that second factors are kept under: 32 random bytes in hexadecimal, in a file of its own with mode 0600, made when the first one is needed. A copy of the
/// database alone makes no codes, and what somebody moves from one person's row to another's does not open.
/// </summary>
internal sealed class PeopleKey(string path)
{
    private const int Length = 32;
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeadLength = 1 + NonceLength + TagLength;

    private readonly Lock _lock = new();
    private byte[]? _key;

    /// <summary>Seals a secret of a person.</summary>
    public Result<byte[]> Seal(DatabaseConnection connection, long person, ReadOnlySpan<byte> secret) => Seal(connection, "seal", Whose(person), secret);

    /// <summary>Seals what a browser keeps between two steps behind a link: it opens for this person behind this link alone, and never as what a row holds.</summary>
    public Result<byte[]> SealKept(DatabaseConnection connection, long person, string link, ReadOnlySpan<byte> kept) => Seal(connection, "kept", Behind(person, link), kept);

    /// <summary>Opens what was sealed for the same person.</summary>
    public Result<byte[]> Open(DatabaseConnection connection, long person, ReadOnlySpan<byte> sealedBytes) => Open(connection, "seal", Whose(person), sealedBytes);

    /// <summary>Opens what a browser kept; whatever else it sends is a problem like damage.</summary>
    public Result<byte[]> OpenKept(DatabaseConnection connection, long person, string link, ReadOnlySpan<byte> kept) => Open(connection, "kept", Behind(person, link), kept);

    /// <summary>The keyed hash of a recovery code of a person.</summary>
    public Result<byte[]> Hash(DatabaseConnection connection, long person, string code)
    {
        var key = Get(connection);
        return key.Succeeded ? HMACSHA256.HashData(Derive(key.Value, "recovery"), (byte[])[.. Whose(person), .. Encoding.UTF8.GetBytes(code)]) : key.Problem;
    }

    private Result<byte[]> Seal(DatabaseConnection connection, string purpose, byte[] place, ReadOnlySpan<byte> secret)
    {
        var key = Get(connection);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        var sealedBytes = new byte[HeadLength + secret.Length];
        sealedBytes[0] = Version;
        RandomNumberGenerator.Fill(sealedBytes.AsSpan(1, NonceLength));
        using var cipher = new AesGcm(Derive(key.Value, purpose), TagLength);
        cipher.Encrypt(sealedBytes.AsSpan(1, NonceLength), secret, sealedBytes.AsSpan(HeadLength), sealedBytes.AsSpan(1 + NonceLength, TagLength), place);
        return sealedBytes;
    }

    private Result<byte[]> Open(DatabaseConnection connection, string purpose, byte[] place, ReadOnlySpan<byte> sealedBytes)
    {
        var key = Get(connection);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        if (sealedBytes.Length < HeadLength || sealedBytes[0] != Version)
        {
            return Damaged();
        }

        var secret = new byte[sealedBytes.Length - HeadLength];
        using var cipher = new AesGcm(Derive(key.Value, purpose), TagLength);
        try
        {
            cipher.Decrypt(sealedBytes.Slice(1, NonceLength), sealedBytes[HeadLength..], sealedBytes.Slice(1 + NonceLength, TagLength), secret, place);
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            return Damaged();
        }
    }

    /// <summary>What is wrong with it, where it is needed: also whether it is the one that belongs to this database.</summary>
    public Problem? Check(DatabaseConnection connection)
    {
        if (Get(connection) is { Succeeded: false } unreadable)
        {
            return unreadable.Problem;
        }

        var (person, totp) = connection.First(
            "SELECT person_id, totp FROM person_credential WHERE totp IS NOT NULL ORDER BY person_id LIMIT 1", static row => (row.GetInt64(0), row.Bytes(1)));
        return totp is null ? null : Open(connection, person, totp).Problem;
    }

    private static byte[] Derive(byte[] key, string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, Length, info: Encoding.ASCII.GetBytes("waybill people " + purpose));

    private static byte[] Whose(long person)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, person);
        return bytes;
    }

    private static byte[] Behind(long person, string link) => [.. Whose(person), .. SHA256.HashData(Encoding.UTF8.GetBytes(link))];

    private Result<byte[]> Get(DatabaseConnection connection)
    {
        lock (_lock)
        {
            if (_key is not null)
            {
                return _key;
            }

            var key = File.Exists(path) ? Read() : Make(connection);
            _key = key.Value;
            return key;
        }
    }

    private Result<byte[]> Make(DatabaseConnection connection)
    {
        // A new key in the place of a lost one would turn all that the old one sealed into rubbish without a word.
        if (IsNeeded(connection))
        {
            return Missing(path);
        }

        // Under its name when it is whole: another process makes it in the same moment, or reads it.
        var own = $"{path}.{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
        try
        {
            PrivateDirectory.Ensure(Path.GetDirectoryName(path)!);
            PrivateFile.Create(own, Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(2 * Length, lowercase: true) + "\n"));
            try
            {
                File.Move(own, path, overwrite: false);
            }
            catch (IOException) when (File.Exists(path))
            {
                File.Delete(own);
            }

            Storage.Local.LocalDirectory.Sync(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The key {path} cannot be made. Check that the data directory is writable and has room.");
        }

        return Read();
    }

    private Result<byte[]> Read()
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length == 2 * Length && text.All(char.IsAsciiHexDigit))
            {
                return Convert.FromHexString(text);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The key {path} cannot be read. Put it back from the backup, with mode 0600 and the server's owner.");
        }

        return Problem.Unusable($"The key {path} is damaged: it must hold {2 * Length} hexadecimal digits. Put it back from the backup.");
    }

    /// <summary>Whether something is kept under it.</summary>
    internal static bool IsNeeded(DatabaseConnection connection) => connection.Number(
        "SELECT EXISTS (SELECT 1 FROM person_credential WHERE totp IS NOT NULL) OR EXISTS (SELECT 1 FROM person_recovery_code)") != 0;

    /// <summary>What to say when it is needed and not there.</summary>
    internal static Problem Missing(string path) =>
        Problem.Unusable($"The key {path} is gone, and with it all second factors. Put it back from the backup; without one, `waybill person reset` people one by one.");

    private Problem Damaged() =>
        Problem.Unusable($"A second factor in the database does not open with the key {path}. Put back the key that belongs to this database, or `waybill person reset` that person.");
}
