using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Waybill.Core.Database;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>Every client against every operation that it has a command for, through the real program.</summary>
public sealed class InteropTableTests(WaybillServer server, InteropTable table) : IClassFixture<InteropTable>
{
    private const int Large = 100 * 1024 * 1024;
    private const int Small = 300_000;
    private const int FilesInFolder = 100;

    /// <summary>How much of a file is there when it is resumed.</summary>
    private const int Begun = Small / 3;

    /// <summary>What the audit log must have of each operation (security test T22): action and number of files or directories.</summary>
    private static readonly Dictionary<string, IReadOnlyList<(string Action, long Subjects)>> s_records = new()
    {
        ["put and get"] = [("upload", 1), ("download", 1)],
        ["0 bytes"] = [("upload", 1)],
        ["1 byte"] = [("upload", 1), ("download", 1)],
        ["100 MiB"] = [("upload", 1), ("download", 1)],
        ["umlauts and emoji"] = [("upload", 1), ("download", 1)],
        ["overwrite"] = [("upload", 1)],
        ["list"] = [],
        ["rename"] = [("rename", 1)],
        ["remove"] = [("remove", 1)],
        ["resume put"] = [("upload", 1)],
        ["resume get"] = [("download", 1)],
        ["folder"] = [("make-directory", 15), ("upload", FilesInFolder), ("download", FilesInFolder - 1)],
    };

    public static MatrixTheoryData<string, string> Cells => new(InteropTable.Clients.Keys, InteropTable.Operations);

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_client_does_what_it_has_a_command_for(string client, string operation)
    {
        var driver = InteropTable.Clients[client](server);
        var name = $"{client}-{operation.Replace(' ', '-')}";
        var task = RunAsync(driver, operation, name);
        Assert.Equal(InteropTable.WithoutCommand.Contains((client, operation)), task is null);
        if (task is not null)
        {
            await task;
            await AssertRecordedAsync(name, s_records[operation]);
        }

        table.Record(client, operation, task is null ? InteropTable.NoSuchCommand : "pass");
    }

    /// <summary>No operation is without its record; that of a download follows it within a moment.</summary>
    private async Task AssertRecordedAsync(string name, IReadOnlyList<(string Action, long Subjects)> records)
    {
        foreach (var (action, subjects) in records)
        {
            var start = Stopwatch.GetTimestamp();
            long there;
            while ((there = Recorded(action, "/upload/" + name)) < subjects)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"the audit log has {action} of {there} below /upload/{name}, not of {subjects}");
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private long Recorded(string action, string prefix)
    {
        Assert.NotNull(WaybillDatabase.LibraryVersion);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "waybill.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(DISTINCT subject) FROM audit WHERE action = @action AND outcome = 'done' AND substr(subject, 1, length(@prefix)) = @prefix";
        command.Parameters.AddWithValue("@action", action);
        command.Parameters.AddWithValue("@prefix", prefix);
        return (long)command.ExecuteScalar()!;
    }

    private Task? RunAsync(InteropClient client, string operation, string name) => operation switch
    {
        "put and get" => Transfers.RoundTripAsync(server, client, name, Small),
        "0 bytes" => Transfers.RoundTripAsync(server, client, name, 0),
        "1 byte" => Transfers.RoundTripAsync(server, client, name, 1),
        "100 MiB" => Transfers.RoundTripAsync(server, client, name, Large),
        "umlauts and emoji" => Transfers.RoundTripAsync(server, client, Difficult(name), Small),
        "overwrite" => OverwriteAsync(client, name),
        "list" => client.ListAsync("/upload") is { } probe ? ListAsync(client, name, probe) : null,
        "rename" => RenameAsync(client, Difficult(name)),
        "remove" => RemoveAsync(client, Difficult(name)),
        "resume put" => ResumePutAsync(client, Difficult(name)),
        "resume get" => ResumeGetAsync(client, Difficult(name)),
        "folder" => FolderAsync(client, name),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static string Difficult(string name) => $"{name} Übersicht für Müller 📞.csv";

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
        var expected = Begin(target, source);
        return client.ResumePutAsync(source, "/upload/" + name) is { } resume ? AssertContinuedAsync(resume, expected, target) : null;
    }

    private Task? ResumeGetAsync(InteropClient client, string name)
    {
        var source = Planted(name, Small);
        var fetched = server.Directory.Combine("fetched-" + name);
        var expected = Begin(fetched, source);
        return client.ResumeGetAsync("/upload/" + name, fetched) is { } resume ? AssertContinuedAsync(resume, expected, fetched) : null;
    }

    /// <summary>What is there already is not the source's own beginning, so that a transfer of the whole file shows. Returns the hash of this and the source's rest.</summary>
    private static string Begin(string target, string source)
    {
        var begun = RandomNumberGenerator.GetBytes(Begun);
        File.WriteAllBytes(target, begun);
        return Convert.ToHexString(SHA256.HashData([.. begun, .. File.ReadAllBytes(source)[Begun..]]));
    }

    private static async Task AssertContinuedAsync(Task resume, string expected, string target)
    {
        await resume;
        Assert.Equal(expected, Transfers.Hash(target));
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
