using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// Passwords as other servers have hashed them, through libcrypt: md5crypt ($1$), sha256crypt ($5$), sha512crypt ($6$) and bcrypt ($2a$, $2b$ and
/// $2y$, which differ in what early programs did wrong). To be compared with only; new ones are never made. Nothing else needs the library, so that a server without it runs.
/// </summary>
public static unsafe partial class UnixCrypt
{
    /// <summary>Rounds of sha256crypt and sha512crypt at most: half a second. Hashes come in files of others, and each login computes one.</summary>
    public const int Rounds = 1_000_000;

    /// <summary>The cost of bcrypt at most, as a power of two: a second.</summary>
    public const int BcryptCost = 14;

    /// <summary>Bytes of a password at most, libcrypt's CRYPT_MAX_PASSPHRASE_SIZE without the end.</summary>
    public const int Password = 511;

    /// <summary>Characters of a hash at most: sha512crypt with rounds and the longest salt.</summary>
    public const int Hash = 123;

    private const string FileName = "libcrypt.so.1";

    // sizeof (struct crypt_data).
    private const int DataLength = 32_768;

    private static readonly bool Loaded = NativeLibrary.TryLoad(FileName, typeof(UnixCrypt).Assembly, null, out _);

    /// <summary>Whether it is on this machine.</summary>
    public static bool IsLoaded => Loaded;

    /// <summary>What to say where it is not.</summary>
    public static string Missing => $"{FileName} was not found, and passwords that other servers have hashed need it: install it (Debian and Ubuntu: apt-get install libcrypt1)";

    /// <summary>Whether a shadow file says so that no password opens: nothing, or a mark before what was the hash (shadow(5), passwd(1)).</summary>
    public static bool IsLocked(string hash) => hash is "" or ['!' or '*', ..];

    /// <summary>Why a hash cannot be taken over, as the rest of a sentence; null when it can.</summary>
    public static string? Complaint(string hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return hash switch
        {
            "x" => "holds no hash: passwd files have an x where shadow files have the hash",
            _ when IsLocked(hash) => "holds no hash: the password is locked",
            { Length: > Hash } => "is longer than any hash",
            ['$', '1', '$', ..] => Md5().IsMatch(hash) ? null : Damaged("MD5 ($1$)"),
            ['$', '5', '$', ..] => Sha256().Match(hash) is { Success: true } match ? TooMany(match) : Damaged("SHA-256 ($5$)"),
            ['$', '6', '$', ..] => Sha512().Match(hash) is { Success: true } match ? TooMany(match) : Damaged("SHA-512 ($6$)"),
            ['$', '2', ('a' or 'b' or 'y') and var variant, '$', ..] => Bcrypt().Match(hash) is not { Success: true } match ? Damaged($"bcrypt ($2{variant}$)")
                : int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) is < 4 or > BcryptCost
                    ? $"has the cost {match.Groups[1].Value}, and bcrypt is computed here with 4 to {BcryptCost}"
                    : null,
            _ => "has another form than $1$ (MD5), $5$ (SHA-256), $6$ (SHA-512) and $2a$, $2b$, $2y$ (bcrypt), which are taken over",
        };
    }

    /// <summary>Whether it is the password. Whatever the hash is, the answer is no and not an exception, nor minutes of work.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no libcrypt.</exception>
    public static bool Verify(string hash, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (Complaint(hash) is not null || password.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(password) > Password)
        {
            return false;
        }

        if (!Loaded)
        {
            throw new PlatformNotSupportedException(Missing);
        }

        // The password and what is left of it are wiped.
        var phrase = new byte[Password + 1];
        Encoding.UTF8.GetBytes(password, phrase);
        var setting = Encoding.ASCII.GetBytes(hash + '\0');
        var data = (byte*)NativeMemory.AllocZeroed(DataLength);
        try
        {
            fixed (byte* phraseBytes = phrase, settingBytes = setting)
            {
                var made = crypt_rn(phraseBytes, settingBytes, data, DataLength);
                return made is not null && CryptographicOperations.FixedTimeEquals(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(made), setting.AsSpan(..^1));
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(new Span<byte>(data, DataLength));
            NativeMemory.Free(data);
            CryptographicOperations.ZeroMemory(phrase);
        }
    }

    private static string Damaged(string kind) => $"begins as {kind} and is none: it is cut off, or something stands behind it";

    private static string? TooMany(Match match) => match.Groups[1] is { Success: true } rounds && int.Parse(rounds.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) is < 1_000 or > Rounds
        ? $"has {rounds.Value} rounds, and 1000 to {Rounds.ToString(CultureInfo.InvariantCulture)} are computed here"
        : null;

    [GeneratedRegex(@"\A\$1\$[./0-9A-Za-z]{0,8}\$[./0-9A-Za-z]{22}\z")]
    private static partial Regex Md5();

    [GeneratedRegex(@"\A\$5\$(?:rounds=([1-9][0-9]{0,8})\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{43}\z")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"\A\$6\$(?:rounds=([1-9][0-9]{0,8})\$)?[./0-9A-Za-z]{0,16}\$[./0-9A-Za-z]{86}\z")]
    private static partial Regex Sha512();

    [GeneratedRegex(@"\A\$2[aby]\$([0-9]{2})\$[./0-9A-Za-z]{53}\z")]
    private static partial Regex Bcrypt();

    [LibraryImport(FileName)]
    private static partial byte* crypt_rn(byte* phrase, byte* setting, byte* data, int size);
}
