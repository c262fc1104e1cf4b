using System.Globalization;
using System.Text;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <summary>
/// What a password must not be (NIST SP 800-63B 3.1.1.2): short, guessed first by everybody, or made of what is known of the person or login. There is no rule of what
/// characters it has: such rules make people write worse ones.
/// </summary>
internal static class PasswordRules
{
    /// <summary>Characters at least.</summary>
    public const int Shortest = 12;

    /// <summary>Bytes of UTF-8 at most: what FTP's PASS takes, and more is no password but work for us.</summary>
    public const int Longest = 255;

    /// <summary>Characters that must be left when name and address are taken out.</summary>
    public const int OwnPart = 8;

    private const int LongestUnit = 4;

    private static readonly string[] Rows = ["12345678901234567890", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm"];

    // The commonest of breach collections that are long enough, and what people make of the commonest short ones to get there.
    private static readonly HashSet<string> Commonest = new(StringComparer.OrdinalIgnoreCase)
    {
        "password1234", "password12345", "password123456", "passw0rd1234", "p@ssw0rd1234", "p@ssword1234", "passwordpassword", "mypassword123", "mypassword1234", "password2024",
        "password2025", "password2026", "password@123", "password!123", "password1234!", "passwort1234", "passwort12345", "letmein12345", "letmein123456", "welcome12345", "welcome123456",
        "welcome@1234", "welcome1234!", "qwerty123456", "qwerty1234567", "qwerty12345678", "qwertyuiop12", "qwertyuiop123", "qwertyuiop[]", "qwertyqwerty", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u",
        "1q2w3e4r5t6y7u8i", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "zaq12wsxcde3", "q1w2e3r4t5y6", "qazwsxedcrfv", "asdfghjkl123", "asdfghjkl;'", "zxcvbnm12345", "iloveyou1234", "iloveyou12345",
        "iloveyou123456", "iloveyouforever", "administrator", "administrator1", "administrator123", "admin1234567", "admin12345678", "admin123456789", "changeme1234", "changeme12345", "changemenow1",
        "letmeinplease", "sunshine1234", "princess1234", "football1234", "baseball1234", "superman1234", "batman123456", "dragon123456", "monkey123456", "master123456", "shadow123456",
        "michael12345", "jennifer1234", "trustno11234", "whateverwhatever", "correcthorsebatterystaple", "correct horse battery staple", "liverpool123", "liverpool1234", "manchester123",
        "manchesterunited", "arsenal12345", "chelsea12345", "barcelona123", "juventus1234", "blink182blink182", "abc123abc123", "abcd1234abcd1234", "a1b2c3d4e5f6", "123abc456def", "123qweasdzxc", "qweasdzxc123",
        "1234qwerasdf", "1234qwerasdfzxcv", "123456qwerty", "1234567qwerty", "123456789abc", "123456789qwerty", "123456abcdef", "987654321abc", "computer1234", "internet1234", "telephone123",
        "summer123456", "winter123456", "spring123456", "autumn123456", "january12345", "december1234", "letmein2026!", "summer2024!!", "summer2025!!", "summer2026!!", "winter2024!!", "winter2025!!", "winter2026!!",
        "secret123456", "supersecret1", "supersecret123", "testtesttest", "testing12345", "test12345678", "guestguest12", "default12345", "temporary123", "temppassword", "temppassword1", "newpassword1",
        "newpassword123", "companyname1", "companypassword", "waybillwaybill", "waybill12345", "waybill123456",
    };

    /// <summary>Whether it is longer than any may be.</summary>
    public static bool IsTooLong(string password) => Encoding.UTF8.GetByteCount(password) > Longest;

    /// <summary>What is wrong with it for a person, or null.</summary>
    public static Problem? Check(string password, string email, string name) => Check(
        password, [.. email.Split('@', '.', '-', '_', '+'), .. name.Split(' ', '-', '.'), email, name.Replace(" ", "", StringComparison.Ordinal)], "your name or e-mail address");

    /// <summary>
    /// What is wrong with it for a login, or null. Programs send letters beyond ASCII in whatever encoding their machine has, and forms take blanks at the ends away.
    /// </summary>
    public static Problem? Check(string password, Login login) =>
        password.AsSpan().ContainsAnyExceptInRange(' ', '~') || password.AsSpan().Trim(' ').Length < password.Length
            ? Problem.Invalid("The password of a login is made of ASCII letters, digits, signs and blanks, with no blank at its ends: programs send others in different ways. Choose another.")
            : Check(password, [login.UserName, .. login.UserName.Split('-', '.', '_'), login.Account ?? ""], "the user name or account number");

    private static Problem? Check(string password, IEnumerable<string> known, string whose)
    {
        var length = new StringInfo(password).LengthInTextElements;
        if (length < Shortest)
        {
            return Problem.Invalid($"The password has {length} characters, and {Shortest} are the least. Some words one after the other make a good one.");
        }

        if (IsTooLong(password))
        {
            return Problem.Invalid($"The password has more than {Longest} bytes. Shorten it.");
        }

        if (Commonest.Contains(password) || IsRepeated(password) || Rows.Any(row => (row + row).Contains(password, StringComparison.OrdinalIgnoreCase)))
        {
            return Problem.Invalid("The password is one of those that are tried first. Choose another; some words one after the other make a good one.");
        }

        return new StringInfo(Without(password, known)).LengthInTextElements < OwnPart
            ? Problem.Invalid($"The password is made of {whose}. Choose another.")
            : null;
    }

    /// <summary>Whether it is a few characters again and again.</summary>
    private static bool IsRepeated(string password)
    {
        for (var unit = 1; unit <= LongestUnit; unit++)
        {
            var repeated = true;
            for (var i = unit; i < password.Length && repeated; i++)
            {
                repeated = char.ToLowerInvariant(password[i]) == char.ToLowerInvariant(password[i - unit]);
            }

            if (repeated)
            {
                return true;
            }
        }

        return false;
    }

    private static string Without(string password, IEnumerable<string> known)
    {
        const int ShortestPart = 3;
        foreach (var part in known.Where(static part => part.Length >= ShortestPart).OrderByDescending(static part => part.Length))
        {
            password = password.Replace(part, "", StringComparison.OrdinalIgnoreCase);
        }

        return password;
    }
}
