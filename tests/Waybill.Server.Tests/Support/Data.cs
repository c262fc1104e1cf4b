using System.Text.Json;
using Microsoft.Data.Sqlite;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Support;

/// <summary>A data directory of one test, and commands on it.</summary>
internal sealed class Data(Template template) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public string Root => _directory.Combine("data");

    public string KeyFile => template.KeyFile;

    public string Combine(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>A file beside the data directory.</summary>
    public string Beside(string name) => _directory.Combine(name);

    public SshPrivateKey LoadKey() => PrivateKeyFile.Read(File.ReadAllBytes(KeyFile)).Key!;

    /// <summary>Makes a key pair beside the data directory; returns its file.</summary>
    public async Task<string> MakeKeyAsync(string name, params string[] options)
    {
        var file = Beside(name);
        await Tool.RequireAsync("ssh-keygen", ["-q", "-N", "", "-C", name, "-f", file, .. options.Length > 0 ? options : ["-t", "ed25519"]]);
        return file;
    }

    /// <summary>Runs a command that must succeed, and that is not what the test is about.</summary>
    public Task<string> SetUpAsync(params string[] words) => Cli.SetUpAsync([.. words, "--data", Root]);

    /// <summary>The same with <c>--json</c>, for what is asked until it is so.</summary>
    public async Task<JsonElement> LookAsync(params string[] words) => JsonDocument.Parse(await SetUpAsync([.. words, "--json"])).RootElement;

    public Task<ProcessOutcome> RunAsync(params string[] words) => Cli.RunAsync([.. words, "--data", Root]);

    public Task<string> OutputAsync(params string[] words) => Cli.OutputAsync([.. words, "--data", Root]);

    public Task<JsonElement> JsonAsync(params string[] words) => Cli.JsonAsync([.. words, "--data", Root]);

    public Task<string> RefusedAsync(int exitCode, params string[] words) => Cli.RefusedAsync(exitCode, [.. words, "--data", Root]);

    /// <summary>The newest audit row of an action, as JSON; waits a moment for rows that are written when a connection has ended.</summary>
    public async Task<JsonElement> AuditAsync(string action)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var rows = await LookAsync("audit", "search", "--action", action, "--limit", "1");
            if (rows.GetArrayLength() > 0)
            {
                return rows[0];
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"no audit row of {action}");
            await Task.Delay(100);
        }
    }

    /// <summary>What somebody with a database tool does.</summary>
    public int Sql(string statement)
    {
        using var connection = OpenDatabase();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteNonQuery();
    }

    /// <summary>The database, beside the program.</summary>
    public SqliteConnection OpenDatabase()
    {
        // The program's own library binding, since none is shipped with the package.
        _ = Core.Database.WaybillDatabase.LibraryVersion;
        var connection = new SqliteConnection($"Data Source={Combine("waybill.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>The detail of the row that holds a text in its detail; waits for it, since rows are written when a connection has ended.</summary>
    public async Task<string> DetailAsync(string text)
    {
        _ = Core.Database.WaybillDatabase.LibraryVersion;
        using var connection = new SqliteConnection($"Data Source={Combine("waybill.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT detail FROM audit WHERE instr(detail, $text) > 0 ORDER BY sequence DESC LIMIT 1";
        command.Parameters.AddWithValue("$text", text);
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (command.ExecuteScalar() is string detail)
            {
                return detail;
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"no audit row says {text}: {await OutputAsync("audit", "search")}");
            await Task.Delay(100);
        }
    }

    public void Dispose() => _directory.Dispose();
}
