using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>The key of the chain: 32 random bytes in hexadecimal, in a file of its own with mode 0600.</summary>
internal static class AuditKey
{
    private const int Length = 32;

    public static Result<byte[]> Create(string path)
    {
        var key = RandomNumberGenerator.GetBytes(Length);
        try
        {
            PrivateFile.Create(path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(key) + "\n"));
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The audit key {path} cannot be made. It must not exist yet, and its directory must be writable.");
        }
    }

    /// <summary>No key, no log: without it the server must not run (fail closed), since what it did could not be proved.</summary>
    public static Result<byte[]> Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            if (text.Length == 2 * Length)
            {
                return Convert.FromHexString(text);
            }
        }
        catch (FormatException)
        {
            // Said below, as for a wrong length.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The audit key {path} cannot be read. Put it back from the backup, with mode 0600 and the server's owner.");
        }

        return Problem.Unusable($"The audit key {path} is damaged: it must hold 64 hexadecimal digits. Put it back from the backup.");
    }
}
