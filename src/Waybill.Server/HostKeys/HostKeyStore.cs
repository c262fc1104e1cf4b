using System.Text.Json;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>
/// The server's host keys in <c>DIR/hostkeys</c>: a file for each private key in OpenSSH's form, and the list that says which is in use, all readable by the
/// owner alone. The list is replaced in one rename, so that whoever reads it sees a change whole or not at all.
/// </summary>
internal sealed class HostKeyStore(DataDirectory data)
{
    /// <summary>RSA host keys are made with this many bits: the least that ssh-audit accepts without a warning.</summary>
    private const int RsaBits = 3072;

    /// <summary>No host key file is larger, nor is the list.</summary>
    private const int MaximumFile = 256 * 1024;

    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The types that a policy offers, in the order of a new server.</summary>
    public static IReadOnlyList<string> Types { get; } = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256"];

    private string ListFile => Path.Combine(data.HostKeys, "hostkeys.json");

    /// <summary>A new key of one of <see cref="Types"/>.</summary>
    public static SshPrivateKey Generate(string type) => type switch
    {
        "ssh-ed25519" => SshPrivateKeys.GenerateEd25519(),
        "ssh-rsa" => SshPrivateKeys.GenerateRsa(RsaBits),
        _ => SshPrivateKeys.GenerateEcdsa(256),
    };

    /// <summary>Makes the keys of a new server.</summary>
    public void CreateAll(DateTimeOffset now)
    {
        var records = new List<HostKeyRecord>();
        foreach (var type in Types)
        {
            using var key = Generate(type);
            records.Add(Add(key, HostKeyState.InUse, HostKeyOrigin.Init, now) with { Announced = now, Used = now });
        }

        Write(new HostKeyList(Types, records));
    }

    /// <summary>What there is; a directory of before the list gets one from its files: those keys are in use.</summary>
    public HostKeyList Read()
    {
        if (File.Exists(ListFile))
        {
            try
            {
                var list = new FileInfo(ListFile).Length <= MaximumFile
                    ? JsonSerializer.Deserialize(File.ReadAllBytes(ListFile), HostKeyJson.Default.HostKeyList)
                    : null;
                return list is { Keys: not null, Order: not null } ? list : throw new JsonException();
            }
            catch (JsonException)
            {
                throw new CommandException($"the list of host keys, {ListFile}, is damaged; restore it from your backup");
            }
        }

        var records = new List<HostKeyRecord>();
        foreach (var name in Types.Select(BaseName).Where(name => File.Exists(Path.Combine(data.HostKeys, name))))
        {
            using var key = ReadFile(name);
            records.Add(new HostKeyRecord(HostKeyNotation.OpenSshLine(key.PublicKey), HostKeyState.InUse, name));
        }

        return new HostKeyList([.. records.Select(record => record.Type)], records);
    }

    /// <summary>Changes the list; other commands wait outside.</summary>
    /// <param name="change">What is to be.</param>
    /// <param name="record">Makes the audit's rows, without which nothing changes.</param>
    public async Task<T> ChangeAsync<T>(Func<HostKeyList, (HostKeyList List, T Result)> change, Func<T, Task> record)
    {
        using var only = Lock();
        var before = Read();
        var (after, result) = change(before);
        await record(result);
        Write(after);

        // Behind the list, which no longer names them: a crash between leaves a file too many, never a key too few.
        foreach (var file in before.Keys.Select(key => key.File).Except(after.Keys.Select(key => key.File)))
        {
            File.Delete(Path.Combine(data.HostKeys, file!));
        }

        return result;
    }

    /// <summary>Writes a private key to a file of its own; the list does not name it yet.</summary>
    public HostKeyRecord Add(SshPrivateKey key, HostKeyState state, HostKeyOrigin origin, DateTimeOffset now)
    {
        var name = BaseName(key.PublicKey.KeyType);
        for (var count = 2; File.Exists(Path.Combine(data.HostKeys, name)); count++)
        {
            name = $"{BaseName(key.PublicKey.KeyType)}-{count}";
        }

        WritePrivate(Path.Combine(data.HostKeys, name), PrivateKeyFile.WriteOpenSsh(key, "waybill"));
        return new HostKeyRecord(HostKeyNotation.OpenSshLine(key.PublicKey), state, name) { Origin = origin, Created = now };
    }

    /// <summary>Keeps a copy of a file that the list will name no longer.</summary>
    public void KeepAside(string name)
    {
        var kept = Path.Combine(data.HostKeys, name + ".replaced");
        for (var count = 2; File.Exists(kept); count++)
        {
            kept = Path.Combine(data.HostKeys, $"{name}.replaced-{count}");
        }

        File.Copy(Path.Combine(data.HostKeys, name), kept);
    }

    /// <summary>The keys in use, in the order of the offer; the caller disposes them.</summary>
    public IReadOnlyList<SshPrivateKey> Load() => LoadSet(announced: false).Used;

    /// <summary>The keys in use and those that are only announced; the caller disposes them.</summary>
    public HostKeySet LoadSet(bool announced = true)
    {
        var list = Read();
        var used = list.Order.SelectMany(type => list.Keys.Where(key => key.State == HostKeyState.InUse && key.Type == type)).ToList();
        if (used.Count == 0)
        {
            throw new CommandException($"there is no host key in {data.HostKeys}; restore them from your backup");
        }

        var further = announced ? list.Keys.Where(key => key.State is HostKeyState.Announced or HostKeyState.Previous) : [];
        var loaded = new List<SshPrivateKey>();
        try
        {
            loaded.AddRange(used.Concat(further).Select(Load));
        }
        catch
        {
            loaded.ForEach(key => key.Dispose());
            throw;
        }

        return new HostKeySet(loaded[..used.Count], loaded[used.Count..]);
    }

    /// <summary>A private key from anywhere: an OpenSSH or PEM file without a passphrase, of a type that some policy offers.</summary>
    public static SshPrivateKey ReadForeign(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length > MaximumFile)
        {
            throw new CommandException($"{path} is not there or too large for a key; name the private host key, as /etc/ssh/ssh_host_ed25519_key");
        }

        var reading = PrivateKeyFile.Read(File.ReadAllBytes(path));
        var key = reading.Key ?? throw new CommandException($"{path}: {reading.Message}");
        if (Types.Contains(key.PublicKey.KeyType))
        {
            return key;
        }

        key.Dispose();
        throw new CommandException($"{path}: host keys of type {key.PublicKey.KeyType} are not offered by any policy; import an Ed25519, RSA or ECDSA P-256 key");
    }

    /// <summary>Replaces a file of this directory in one step.</summary>
    public void WriteState(string name, ReadOnlySpan<byte> content) => WritePrivate(Path.Combine(data.HostKeys, name), content);

    private static string BaseName(string type) => type switch
    {
        "ssh-ed25519" => "ssh_host_ed25519_key",
        "ssh-rsa" => "ssh_host_rsa_key",
        _ => "ssh_host_ecdsa_key",
    };

    private SshPrivateKey Load(HostKeyRecord record)
    {
        var key = ReadFile(record.File!);
        if (key.PublicKey.Equals(record.Key))
        {
            return key;
        }

        key.Dispose();
        throw new CommandException(
            $"the host key {Path.Combine(data.HostKeys, record.File!)} is not {record.Sha256}, which customers know: put that one back, and take others over with ./waybill hostkey import");
    }

    private SshPrivateKey ReadFile(string name)
    {
        var file = Path.Combine(data.HostKeys, name);
        if (!File.Exists(file))
        {
            throw new CommandException($"the host key {file} is missing; restore it from your backup");
        }

        var reading = PrivateKeyFile.Read(File.ReadAllBytes(file));
        return reading.Key ?? throw new CommandException($"the host key {file} cannot be used: {reading.Message}");
    }

    public FileStream Lock()
    {
        try
        {
            return new FileStream(Path.Combine(data.HostKeys, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            throw new CommandException("another command changes the host keys right now; try again");
        }
    }

    private void Write(HostKeyList list) => WritePrivate(ListFile, JsonSerializer.SerializeToUtf8Bytes(list, HostKeyJson.Default.HostKeyList));

    private static void WritePrivate(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
