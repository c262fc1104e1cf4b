using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.Keys.Handover;

/// <summary>
/// Seals what waits to be handed over (AES-256-GCM). Each part of each handover has a key, in a file of its own with mode 0600 beside the database and in no backup: a copy of
/// the database opens nothing, and a file that got out opens one part. With its file gone a part is gone from free pages, write-ahead log and backups of the database too.
/// </summary>
/// <param name="directory">Where the keys are.</param>
internal sealed class HandoverSeal(string directory)
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>Seals a part under a key that is made for it.</summary>
    public Result<byte[]> Seal(long id, HandoverPart part, string sha256, ReadOnlySpan<byte> content)
    {
        var key = Make(id, part, sha256);
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
        var key = Key(id, part, sha256);
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
    public Result<byte[]> HashCode(long id, HandoverPart part, string sha256, string code)
    {
        var key = Key(id, part, sha256);
        if (!key.Succeeded)
        {
            return key.Problem;
        }

        var hash = HMACSHA256.HashData(key.Value, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"code {id} {part} {code}")));
        CryptographicOperations.ZeroMemory(key.Value);
        return hash;
    }

    private static Problem Lost { get; } = Problem.Unusable(
        "What was to be handed over cannot be opened: its key is not here, as after a restore. Cancel the handover and generate a new key.");

    private static byte[] Place(long id, HandoverPart part, string sha256) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"handover {id} {part} {sha256}"));

    /// <summary>Removes every key but those of the parts that still wait, and says how many. Called with the writer's turn: no other process has a key here whose part is not yet committed.</summary>
    public Result<int> Sweep(IEnumerable<(long Id, HandoverPart Part, string Sha256)> waiting)
    {
        var kept = waiting.Select(static part => Name(part.Id, part.Part, part.Sha256)).ToHashSet(StringComparer.Ordinal);
        var removed = 0;
        try
        {
            foreach (var path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory) : [])
            {
                if (!kept.Contains(Path.GetFileName(path)))
                {
                    Shred(path);
                    removed++;
                }
            }

            return removed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"Keys of handovers that are over cannot be removed from {directory}. Check the owner and mode of the directory.");
        }
    }

    // A fingerprint is of one handover, so a row number that comes again after a restore finds no key of another.
    private static string Name(long id, HandoverPart part, string sha256) =>
        string.Create(CultureInfo.InvariantCulture, $"{id}-{part.ToWord()}-{Convert.ToHexStringLower(SHA256.HashData(Place(id, part, sha256)).AsSpan(0, 8))}.key");

    private static void Shred(string path)
    {
        // Many file systems write in place: then its blocks are no key any more either.
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyLength));
            file.Flush(flushToDisk: true);
        }

        File.Delete(path);
    }

    private Result<byte[]> Key(long id, HandoverPart part, string sha256)
    {
        var path = Path.Combine(directory, Name(id, part, sha256));
        try
        {
            var key = File.ReadAllBytes(path);
            return key.Length == KeyLength ? key : Lost;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Lost;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"{path} cannot be read. Check its owner and mode.");
        }
    }

    private Result<byte[]> Make(long id, HandoverPart part, string sha256)
    {
        var path = Path.Combine(directory, Name(id, part, sha256));
        try
        {
            PrivateDirectory.Ensure(directory);
            var key = RandomNumberGenerator.GetBytes(KeyLength);
            PrivateFile.Create(path, key);
            return key;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"{path} cannot be made. Check the owner, mode and room of its directory.");
        }
    }
}
