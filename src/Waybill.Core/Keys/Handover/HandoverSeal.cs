using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.Keys.Handover;

/// <summary>
/// Seals what waits to be handed over (AES-256-GCM). File and passphrase have a key each, in files of their own with mode 0600 beside the database and in no backup:
/// a copy of the database opens neither, and a file that got out opens one.
/// </summary>
/// <param name="directory">Where the keys are.</param>
internal sealed class HandoverSeal(string directory)
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Seals a part; a missing key is made.</summary>
    public Result<byte[]> Seal(long id, HandoverPart part, string sha256, ReadOnlySpan<byte> content)
    {
        var key = Key(part, make: true);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        var sealedContent = new byte[NonceLength + content.Length + TagLength];
        var nonce = sealedContent.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(key.Value, TagLength);
        gcm.Encrypt(nonce, content, sealedContent.AsSpan(NonceLength, content.Length), sealedContent.AsSpan(NonceLength + content.Length), Place(id, part, sha256));
        CryptographicOperations.ZeroMemory(key.Value);
        return sealedContent;
    }

    /// <summary>Opens a part; one of another row, or under another key, does not open.</summary>
    public Result<byte[]> Open(long id, HandoverPart part, string sha256, ReadOnlySpan<byte> sealedContent)
    {
        var key = Key(part, make: false);
        if (!key.Succeeded || sealedContent.Length < NonceLength + TagLength)
        {
            return key.Problem ?? Lost;
        }

        var content = new byte[sealedContent.Length - NonceLength - TagLength];
        using var gcm = new AesGcm(key.Value, TagLength);
        CryptographicOperations.ZeroMemory(key.Value);
        try
        {
            gcm.Decrypt(sealedContent[..NonceLength], sealedContent[NonceLength..^TagLength], sealedContent[^TagLength..], content, Place(id, part, sha256));
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return Lost;
        }
    }

    /// <summary>A code has 27 bits: its hash is keyed, so that a copy of the database does not give it away. The key is there, since something was sealed with it.</summary>
    public Result<byte[]> HashCode(long id, HandoverPart part, string code)
    {
        var key = Key(part, make: false);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        var hash = HMACSHA256.HashData(key.Value, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"code {id} {part} {code}")));
        CryptographicOperations.ZeroMemory(key.Value);
        return hash;
    }

    private static Problem Lost { get; } = Problem.Unusable(
        "What was to be handed over cannot be opened: its key is not that of this database, as after a restore. Cancel the handover and generate a new key.");

    private static byte[] Place(long id, HandoverPart part, string sha256) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"handover {id} {part} {sha256}"));

    private Result<byte[]> Key(HandoverPart part, bool make)
    {
        var path = Path.Combine(directory, part == HandoverPart.File ? "file.key" : "passphrase.key");
        try
        {
            if (make && !File.Exists(path))
            {
                Make(path);
            }

            var key = File.ReadAllBytes(path);
            return key.Length == KeyLength ? key : Problem.Unusable($"{path} is damaged. Remove it, cancel the open handovers and generate new keys.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Lost;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"{path} cannot be read or made. Check the owner, mode and room of its directory.");
        }
    }

    private void Make(string path)
    {
        // Whole or not at all, and the first of two processes wins.
        PrivateDirectory.Ensure(directory);
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        var temporary = $"{path}.{Guid.NewGuid():n}";
        PrivateFile.Create(temporary, key);
        CryptographicOperations.ZeroMemory(key);
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(temporary);
        }
    }
}
