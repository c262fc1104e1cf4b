using System.Collections.Concurrent;
using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>Every client against every operation that it has a command for, through the real program.</summary>
public sealed class InteropTableTests(WaybillServer server, InteropTable table) : IClassFixture<InteropTable>
{
    private const int Large = 100 * 1024 * 1024;
    private const int Small = 300_000;

    public static MatrixTheoryData<string, string> Cells =>
        new(InteropTable.Clients.Keys, ["put and get", "0 bytes", "1 byte", "100 MiB", "umlauts and emoji", "overwrite", "list", "rename", "remove", "resume put", "resume get"]);

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_client_does_what_it_has_a_command_for(string client, string operation)
    {
        var driver = InteropTable.Clients[client](server);
        var task = RunAsync(driver, operation, $"{client}-{operation.Replace(' ', '-')}");
        if (task is not null)
        {
            await task;
        }

        table.Record(client, operation, task is null ? "no such command" : "pass");
    }

    private Task? RunAsync(InteropClient client, string operation, string name) => operation switch
    {
        "put and get" => RoundTripAsync(client, name, Small),
        "0 bytes" => RoundTripAsync(client, name, 0),
        "1 byte" => RoundTripAsync(client, name, 1),
        "100 MiB" => RoundTripAsync(client, name, Large),
        "umlauts and emoji" => RoundTripAsync(client, $"{client.Name} Übersicht für Müller 📞.csv", Small),
        "overwrite" => OverwriteAsync(client, name),
        "list" => client.ListAsync("/upload") is { } probe ? ListAsync(client, name, probe) : null,
        "rename" => RenameAsync(client, name),
        "remove" => RemoveAsync(client, name),
        "resume put" => ResumePutAsync(client, name),
        "resume get" => ResumeGetAsync(client, name),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private async Task RoundTripAsync(InteropClient client, string name, int size)
    {
        var source = Local(name, size);
        var fetched = server.Directory.Combine("fetched-" + name);
        await client.PutAsync(source, "/upload/" + name);
        Assert.Equal(Hash(source), Hash(Path.Combine(server.Vault, "upload", name)));
        await client.GetAsync("/upload/" + name, fetched);
        Assert.Equal(Hash(source), Hash(fetched));
        File.Delete(source);
        File.Delete(fetched);
        File.Delete(Path.Combine(server.Vault, "upload", name));
    }

    private async Task OverwriteAsync(InteropClient client, string name)
    {
        var first = Local(name + ".1", Small);
        var second = Local(name + ".2", Small / 2);
        await client.PutAsync(first, "/upload/" + name);
        await client.PutAsync(second, "/upload/" + name);
        Assert.Equal(Hash(second), Hash(Path.Combine(server.Vault, "upload", name)));
    }

    private async Task ListAsync(InteropClient client, string name, Task<IReadOnlyList<string>> probe)
    {
        await probe;
        var directory = Path.Combine(server.Vault, "upload", "list-" + client.Name);
        Directory.CreateDirectory(directory);
        string[] names = [name, "with space.csv", "Übersicht 📞.csv"];
        foreach (var entry in names)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, entry), "x");
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), (await client.ListAsync("/upload/list-" + client.Name)!).Order(StringComparer.Ordinal));
    }

    private Task? RenameAsync(InteropClient client, string name)
    {
        var source = Planted(name, Small);
        return client.RenameAsync("/upload/" + name, "/upload/" + name + ".new") is { } rename ? CheckAsync() : null;

        async Task CheckAsync()
        {
            var hash = Hash(source);
            await rename;
            Assert.False(File.Exists(source));
            Assert.Equal(hash, Hash(source + ".new"));
        }
    }

    private Task? RemoveAsync(InteropClient client, string name)
    {
        var target = Planted(name, 1);
        return client.RemoveAsync("/upload/" + name) is { } remove ? CheckAsync() : null;

        async Task CheckAsync()
        {
            await remove;
            Assert.False(File.Exists(target));
        }
    }

    private Task? ResumePutAsync(InteropClient client, string name)
    {
        var source = Local(name, Small);
        var target = Path.Combine(server.Vault, "upload", name);
        File.WriteAllBytes(target, File.ReadAllBytes(source)[..(Small / 3)]);
        return client.ResumePutAsync(source, "/upload/" + name) is { } resume ? CheckAsync() : null;

        async Task CheckAsync()
        {
            await resume;
            Assert.Equal(Hash(source), Hash(target));
        }
    }

    private Task? ResumeGetAsync(InteropClient client, string name)
    {
        var source = Planted(name, Small);
        var fetched = server.Directory.Combine("fetched-" + name);
        File.WriteAllBytes(fetched, File.ReadAllBytes(source)[..(Small / 3)]);
        return client.ResumeGetAsync("/upload/" + name, fetched) is { } resume ? CheckAsync() : null;

        async Task CheckAsync()
        {
            await resume;
            Assert.Equal(Hash(source), Hash(fetched));
        }
    }

    private string Local(string name, int size) => server.Directory.Write("local-" + name, RandomNumberGenerator.GetBytes(size));

    private string Planted(string name, int size)
    {
        var path = Path.Combine(server.Vault, "upload", name);
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(size));
        return path;
    }

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}

/// <summary>Collects the cells and prints the table when all have run.</summary>
public sealed class InteropTable : IDisposable
{
    public static readonly IReadOnlyDictionary<string, Func<WaybillServer, InteropClient>> Clients = new Func<WaybillServer, InteropClient>[]
    {
        server => new Sftp(server), server => new Scp(server), server => new Sshfs(server), server => new PuttySftp(server), server => new Lftp(server),
        server => new Curl(server), server => new Rclone(server), server => new Paramiko(server), server => new AsyncSsh(server), server => new NodeSftpClient(server),
    }.ToDictionary(make => make(null!).Name);

    private readonly ConcurrentDictionary<(string Client, string Operation), string> _cells = new();

    public void Record(string client, string operation, string cell) => _cells[(client, operation)] = cell;

    public void Dispose()
    {
        var operations = _cells.Keys.Select(key => key.Operation).Distinct().Order(StringComparer.Ordinal).ToList();
        Console.WriteLine("interop: " + string.Join(" | ", operations.Prepend("client")));
        foreach (var client in Clients.Keys)
        {
            Console.WriteLine("interop: " + string.Join(" | ", operations.Select(operation => _cells.GetValueOrDefault((client, operation), "FAIL")).Prepend(client)));
        }
    }
}
