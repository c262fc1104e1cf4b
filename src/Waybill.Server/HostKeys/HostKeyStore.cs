using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>The server's host keys: one file for each type in <c>DIR/hostkeys</c>, in OpenSSH's form, readable by the owner alone.</summary>
internal sealed class HostKeyStore(DataDirectory data)
{
    /// <summary>RSA host keys are made with this many bits: the least that ssh-audit accepts without a warning.</summary>
    private const int RsaBits = 3072;

    /// <summary>No host key file is larger.</summary>
    private const int MaximumFile = 64 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The order in which they are offered and shown.
    private static readonly string[] Types = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"];

    /// <summary>Makes the keys that are missing.</summary>
    public void CreateMissing()
    {
        foreach (var type in Types.Where(type => !File.Exists(FileOf(type))))
        {
            using SshPrivateKey key = type switch
            {
                "ssh-ed25519" => SshPrivateKeys.GenerateEd25519(),
                "ssh-rsa" => SshPrivateKeys.GenerateRsa(RsaBits),
                _ => SshPrivateKeys.GenerateEcdsa(256),
            };
            Write(type, key);
        }
    }

    /// <summary>All keys, Ed25519 first; the caller disposes them.</summary>
    public IReadOnlyList<SshPrivateKey> Load()
    {
        var keys = new List<SshPrivateKey>();
        foreach (var file in Types.Select(FileOf).Where(File.Exists))
        {
            var reading = PrivateKeyFile.Read(File.ReadAllBytes(file));
            keys.Add(reading.Key ?? throw new CommandException($"the host key {file} cannot be used: {reading.Message}"));
        }

        return keys.Count > 0 ? keys : throw new CommandException($"there is no host key in {data.HostKeys}; restore them from your backup, or make new ones with: ./waybill init");
    }

    /// <summary>
    /// Takes over a key of an older server, so that its customers see no change. The key of the same type that it replaces is kept beside it.
    /// </summary>
    public SshPublicKey Import(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaximumFile)
        {
            throw new CommandException($"{path} is not there or too large for a key; name the private host key, as /etc/ssh/ssh_host_ed25519_key");
        }

        var reading = PrivateKeyFile.Read(File.ReadAllBytes(path));
        using var key = reading.Key ?? throw new CommandException($"{path}: {reading.Message}");
        var type = key.PublicKey.KeyType;
        if (!Types.Contains(type))
        {
            throw new CommandException($"{path}: host keys of type {type} are not offered by any policy; import an Ed25519, RSA or ECDSA P-256 key");
        }

        if (File.Exists(FileOf(type)))
        {
            var kept = FileOf(type) + ".replaced";
            for (var count = 2; File.Exists(kept); count++)
            {
                kept = $"{FileOf(type)}.replaced-{count}";
            }

            File.Move(FileOf(type), kept);
        }

        Write(type, key);
        return key.PublicKey;
    }

    private string FileOf(string type) => Path.Combine(data.HostKeys, type switch
    {
        "ssh-ed25519" => "ssh_host_ed25519_key",
        "ssh-rsa" => "ssh_host_rsa_key",
        _ => "ssh_host_ecdsa_key",
    });

    private void Write(string type, SshPrivateKey key)
    {
        var temporary = FileOf(type) + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(PrivateKeyFile.WriteOpenSsh(key, "waybill"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, FileOf(type), overwrite: true);
    }
}
