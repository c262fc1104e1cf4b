using System.Security.Cryptography;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>Every client against every operation that it has a command for, through the real program.</summary>
public sealed class InteropTableTests(WaybillServer server, InteropTable table) : IClassFixture<InteropTable>
{
    private const int Large = 100 * 1024 * 1024;
    private const int Small = 300_000;
    private const int FilesInFolder = 100;

    public static MatrixTheoryData<string, string> Cells => new(InteropTable.Clients.Keys, InteropTable.Operations);

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

        table.Record(client, operation, task is null ? InteropTable.NoSuchCommand : "pass");
    }

    private Task? RunAsync(InteropClient client, string operation, string name) => operation switch
    {
        "put and get" => Transfers.RoundTripAsync(server, client, name, Small),
        "0 bytes" => Transfers.RoundTripAsync(server, client, name, 0),
        "1 byte" => Transfers.RoundTripAsync(server, client, name, 1),
        "100 MiB" => Transfers.RoundTripAsync(server, client, name, Large),
        "umlauts and emoji" => Transfers.RoundTripAsync(server, client, $"{client.Name} Übersicht für Müller 📞.csv", Small),
        "overwrite" => OverwriteAsync(client, name),
        "list" => client.ListAsync("/upload") is { } probe ? ListAsync(client, name, probe) : null,
        "rename" => RenameAsync(client, name),
        "remove" => RemoveAsync(client, name),
        "resume put" => ResumePutAsync(client, name),
        "resume get" => ResumeGetAsync(client, name),
        "folder" => FolderAsync(client, name),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private async Task OverwriteAsync(InteropClient client, string name)
    {
        var first = Local(name + ".1", Small);
        var second = Local(name + ".2", Small / 2);
        await client.PutAsync(first, "/upload/" + name);
        await client.PutAsync(second, "/upload/" + name);
        Assert.Equal(Transfers.Hash(second), Transfers.Hash(Path.Combine(server.Vault, "upload", name)));
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
            var hash = Transfers.Hash(source);
            await rename;
            Assert.False(File.Exists(source));
            Assert.Equal(hash, Transfers.Hash(source + ".new"));
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
            Assert.Equal(Transfers.Hash(source), Transfers.Hash(target));
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
            Assert.Equal(Transfers.Hash(source), Transfers.Hash(fetched));
        }
    }

    private Task? FolderAsync(InteropClient client, string name)
    {
        var source = server.Directory.Combine(name);
        for (var file = 0; file < FilesInFolder; file++)
        {
            server.Directory.Write(Path.Combine(name, $"day {file % 7}", "Übersicht", $"{file}.csv"), RandomNumberGenerator.GetBytes(file * 50));
        }

        return client.PutFolderAsync(source, "/upload") is { } put ? CheckAsync() : null;

        async Task CheckAsync()
        {
            await put;
            AssertSameFiles(source, Path.Combine(server.Vault, "upload", name));
            var fetched = Directory.CreateDirectory(server.Directory.Combine("fetched-" + name)).FullName;
            await client.GetFolderAsync("/upload/" + name, fetched)!;
            AssertSameFiles(source, Path.Combine(fetched, name));
        }
    }

    private static void AssertSameFiles(string expected, string actual) => Assert.Equal(
        Directory.GetFiles(expected, "*", SearchOption.AllDirectories).Select(file => (Path.GetRelativePath(expected, file), Transfers.Hash(file))).Order(),
        Directory.GetFiles(actual, "*", SearchOption.AllDirectories).Select(file => (Path.GetRelativePath(actual, file), Transfers.Hash(file))).Order());

    private string Local(string name, int size) => server.Directory.Write("local-" + name, RandomNumberGenerator.GetBytes(size));

    private string Planted(string name, int size)
    {
        var path = Path.Combine(server.Vault, "upload", name);
        File.WriteAllBytes(path, RandomNumberGenerator.GetBytes(size));
        return path;
    }
}
