using System.Xml;
using Waybill.Core.Audit;

namespace Waybill.Core.Packs;

/// <summary>
/// Where a private key lies on the customer's computer, as a person typed it. Each format escapes it in its own way; refused is what some client would expand and
/// none can escape, and what would break a line.
/// </summary>
internal sealed class KeyFilePath
{
    private const string Home = "~/";
    private const string WindowsHome = "%USERPROFILE%";
    private const string SomebodysHome = @"C:\Users\YOUR-NAME";

    private readonly string _text;

    private KeyFilePath(string text) => _text = text;

    /// <summary>Whether it is PuTTY's own format, which WinSCP, PuTTY and FileZilla read.</summary>
    public bool IsPutty => _text.EndsWith(".ppk", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is a path of Windows.</summary>
    public bool IsWindows => _text is [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ':', ..] or ['\\', ..] or ['%', ..];

    public static KeyFilePath OpenSshDefault(string alias) => new(Home + ".ssh/" + alias);

    public static KeyFilePath PuttyDefault(string alias) => new($@"{WindowsHome}\Documents\{alias}.ppk");

    /// <summary>The path, or what is wrong with it.</summary>
    public static Result<KeyFilePath> Parse(string text)
    {
        if (text.Length > PackLimits.KeyFile)
        {
            return Problem.Invalid($"The path of the private key is longer than {PackLimits.KeyFile} characters. Move the key to a folder nearer to the top.");
        }

        if (AuditText.Clean(text, int.MaxValue, doubleBackslash: false) != text || text.Trim() != text || !IsText(text))
        {
            return Problem.Invalid("The path of the private key begins or ends with a blank, or holds a line break or another invisible character. Type it again without.");
        }

        var path = new KeyFilePath(text);
        var home = text.StartsWith(WindowsHome + @"\", StringComparison.OrdinalIgnoreCase);
        if (!home && text is not (['/', _, ..] or ['~', '/', _, ..] or [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ':', '\\' or '/', _, ..] or ['\\', '\\', _, ..]))
        {
            return Problem.Invalid(
                $@"'{Words.Show(text)}' is no whole path of a private key. Give it as /home/me/.ssh/id_ed25519, ~/.ssh/id_ed25519, C:\Users\me\Documents\key.ppk or {WindowsHome}\Documents\key.ppk.");
        }

        // rclone and OpenSSH take $ for a variable, rclone's file takes %(, and neither has a way to say that it is none.
        if (text.Contains('$', StringComparison.Ordinal) || text.Contains("%(", StringComparison.Ordinal))
        {
            return Problem.Invalid($"'{Words.Show(text)}' holds $ or %(, which some programs take for a variable. Rename the folder or the key.");
        }

        if (text[^1] is '/' or '\\' || text.EndsWith(".pub", StringComparison.OrdinalIgnoreCase))
        {
            return Problem.Invalid($"'{Words.Show(text)}' is {(text[^1] is '/' or '\\' ? "a folder" : "a public key")}. Give the path of the private key's file.");
        }

        if (path.IsPutty && text.StartsWith(Home, StringComparison.Ordinal))
        {
            return Problem.Invalid($"PuTTY and FileZilla do not know ~. Give the whole path of {Words.Show(text)}.");
        }

        return path;
    }

    /// <summary>For WinSCP, which expands environment variables.</summary>
    public string ForWinScp() => _text;

    /// <summary>For PuTTY and FileZilla, which expand nothing: who sees the name that is none knows what to change.</summary>
    public string WithoutVariables() => IsAtWindowsHome ? SomebodysHome + _text[WindowsHome.Length..] : _text;

    /// <summary>For OpenSSH and rclone, which take slashes on Windows too, and know <c>~</c> there.</summary>
    public string WithSlashes() => IsAtWindowsHome ? Home + Slashed(_text[(WindowsHome.Length + 1)..]) : IsWindows ? Slashed(_text) : _text;

    /// <summary>A file beside it.</summary>
    public KeyFilePath Beside(string name)
    {
        var slash = IsWindows ? _text.LastIndexOfAny(['\\', '/']) : _text.LastIndexOf('/');
        return new KeyFilePath(_text[..(slash + 1)] + name);
    }

    public override string ToString() => _text;

    private bool IsAtWindowsHome => _text.StartsWith(WindowsHome + @"\", StringComparison.OrdinalIgnoreCase);

    private static string Slashed(string text) => text.Replace('\\', '/');

    /// <summary>Whether XML can hold it.</summary>
    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]))
            {
                i++;
            }
            else if (!XmlConvert.IsXmlChar(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
