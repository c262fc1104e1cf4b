using System.Security.Cryptography;
using System.Text;

namespace Waybill.Storage.Tests.Local;

/// <summary>Everything around a vault that its login must never touch, and a fingerprint of it.</summary>
internal sealed class Outside
{
    /// <summary>What no reply may hold.</summary>
    public const string Secret = "CANARY-e5b1c2-OUTSIDE-THE-ROOT";

    /// <summary>A size that nothing inside has.</summary>
    public const int SecretSize = 77_777;

    private readonly VaultFolder _folder;
    private readonly string _before;

    public Outside(VaultFolder folder)
    {
        _folder = folder;
        Directory.CreateDirectory(OutsidePath);
        foreach (var directory in new[] { OutsidePath, folder.Base, folder.VaultsPath, SiblingPath("u"), SiblingPath("u10"), SiblingPath("u1_backup") })
        {
            File.WriteAllText(Path.Combine(directory, "canary"), Secret.PadRight(SecretSize, '!'));
            Directory.CreateDirectory(Path.Combine(directory, Secret));
        }

        _before = Fingerprint();
    }

    public string OutsidePath => Path.Combine(_folder.Base, "outside");

    public string SiblingPath(string vault) => Path.Combine(_folder.VaultsPath, vault);

    public bool IsUntouched => Fingerprint() == _before;

    private string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(_folder.Base, "*", new EnumerationOptions { RecurseSubdirectories = false }).Order(StringComparer.Ordinal))
        {
            Describe(path, text);
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>Names, kinds, modes, times, owners' counts and contents, the vault itself left out.</summary>
    private void Describe(string path, StringBuilder text)
    {
        if (path == _folder.RootPath)
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
