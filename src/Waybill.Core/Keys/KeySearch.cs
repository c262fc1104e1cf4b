namespace Waybill.Core.Keys;

/// <summary>Finds the key that a person means by a fingerprint, or by its beginning.</summary>
public static class KeySearch
{
    /// <summary>The shortest beginning of a fingerprint that is accepted.</summary>
    public const int ShortestPrefix = 6;

    private const string Sha256Prefix = "SHA256:";
    private const string Md5Prefix = "MD5:";

    internal static Result<InstalledKey> Find(IReadOnlyList<InstalledKey> keys, string fingerprint, string userName)
    {
        var text = fingerprint.Trim();
        var explicitSha256 = text.StartsWith(Sha256Prefix, StringComparison.OrdinalIgnoreCase);
        var explicitMd5 = text.StartsWith(Md5Prefix, StringComparison.OrdinalIgnoreCase);
        var wanted = (explicitSha256 ? text[Sha256Prefix.Length..] : explicitMd5 ? text[Md5Prefix.Length..] : text).TrimEnd('=');
        if (wanted.Length < ShortestPrefix)
        {
            return Problem.Invalid($"'{Words.Show(fingerprint)}' is too short for a fingerprint. Give at least {ShortestPrefix} characters of it.");
        }

        var hex = wanted.Replace(":", "", StringComparison.Ordinal);
        List<InstalledKey> found = [];
        foreach (var key in keys)
        {
            // Base64 has case that matters, hexadecimal has not.
            if ((!explicitMd5 && key.Sha256.AsSpan(Sha256Prefix.Length).StartsWith(wanted, StringComparison.Ordinal))
                || (!explicitSha256 && key.Md5.Replace(":", "", StringComparison.Ordinal).StartsWith(hex, StringComparison.OrdinalIgnoreCase)))
            {
                found.Add(key);
            }
        }

        // Of keys that begin alike, a revoked one is hardly meant.
        if (found.Count > 1 && found.Where(static key => key.Revoked is null).ToList() is [var only])
        {
            return only;
        }

        return found switch
        {
            [] => Problem.NotFound($"{userName} has no key {Words.Show(fingerprint)}. `waybill key list {userName}` shows its keys."),
            [var key] => key,
            _ => Problem.Refused($"{found.Count} keys of {userName} begin with {Words.Show(fingerprint)}. Give more of the fingerprint."),
        };
    }
}
