using System.Security.Cryptography;
using System.Text;

namespace Waybill.TestKit.Storage;

/// <summary>Everything around the vault <c>u1</c> that its login must never touch, and a fingerprint of it.</summary>
public sealed class Outside
{
    /// <summary>What no reply may hold.</summary>
    public const string Secret = "CANARY-e5b1c2-OUTSIDE-THE-ROOT";

    /// <summary>A size that nothing inside has.</summary>
    public const int SecretSize = 77_777;

    /// <summary>A link in every directory outside: its text is the secret.</summary>
    public const string Link = "lead";

    private readonly string _folder;
    private readonly string _before;

    /// <summary>Plants canaries around <c>vaults/u1</c> of a folder, in it and in vaults whose names a prefix check confuses with that one.</summary>
    public Outside(string folder)
    {
        _folder = folder;
        foreach (var directory in new[] { OutsidePath, folder, VaultsPath, SiblingPath("u"), SiblingPath("u10"), SiblingPath("u1_backup") })
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, "canary"), Secret.PadRight(SecretSize, '!'));
            Directory.CreateDirectory(Path.Combine(directory, Secret));
            File.CreateSymbolicLink(Path.Combine(directory, Link), Secret);
        }

        _before = Fingerprint();
    }

    /// <summary>A directory beside all vaults.</summary>
    public string OutsidePath => Path.Combine(_folder, "outside");

    /// <summary>Whether all of it is as it was.</summary>
    public bool IsUntouched => Fingerprint() == _before;

    private string VaultsPath => Path.Combine(_folder, "vaults");

    /// <summary>Another vault.</summary>
    public string SiblingPath(string vault) => Path.Combine(VaultsPath, vault);

    private string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(_folder, "*", new EnumerationOptions { RecurseSubdirectories = false }).Order(StringComparer.Ordinal))
        {
            Describe(path, text);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Names, kinds, modes, times, owners' counts and contents, the vault itself left out.</summary>
    private void Describe(string path, StringBuilder text)
    {
        if (path == SiblingPath("u1"))
        {
            return;
        }

        var info = new FileInfo(path);
        text.Append(path).Append('|').Append(info.UnixFileMode).Append('|').Append(info.LastWriteTimeUtc.Ticks).Append('|').Append(info.LinkTarget).Append('|');
        if (Directory.Exists(path))
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
            {
                Describe(entry, text);
            }
        }
        else
        {
            text.Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
        }
    }
}
