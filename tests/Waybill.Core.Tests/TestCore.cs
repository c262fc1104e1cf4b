using Microsoft.Data.Sqlite;
using Waybill.Core.Accounts;
using Waybill.Core.Catalogue;
using Waybill.Core.Logins;
using Waybill.Core.Vaults;
using Waybill.TestKit;

namespace Waybill.Core.Tests;

/// <summary>A fresh data directory with everything open on it.</summary>
internal sealed class TestCore : IAsyncDisposable
{
    public static readonly Actor Operator = Actor.Operator("tester");

    private readonly TemporaryDirectory _directory = new();

    private TestCore()
    {
    }

    public FakeTimeProvider Time { get; } = new();

    public CoreServices Services { get; private set; } = null!;

    public string Path => _directory.Combine("data");

    public DataDirectory Files => new(Path);

    public static async Task<TestCore> CreateAsync()
    {
        var core = new TestCore();
        await EmptyInstallation.WriteAsync(core.Path);
        core.Services = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        return core;
    }

    /// <summary>Closes and opens again, as a restart does.</summary>
    public async Task ReopenAsync(TimeProvider? time = null)
    {
        await Services.DisposeAsync();
        Services = (await CoreServices.OpenAsync(Path, time ?? Time)).Get();
    }

    /// <summary>What an attacker or a curious operator does with the sqlite3 tool, the append-only triggers out of the way.</summary>
    public void Tamper(string sql) => Scalar($"DROP TRIGGER IF EXISTS audit_is_append_only_update; DROP TRIGGER IF EXISTS audit_is_append_only_delete; {sql}");

    public object? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Files.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>The journal of a session whose root is at <paramref name="root"/> in the vault.</summary>
    public FileJournal Journal(Actor actor, string root = "", string account = "10042") =>
        new(Services.Audit, actor, DeliveryProtocol.Sftp, new VaultView(account, root), Time);

    public async Task<Account> AddAccountAsync(string number = "10042") =>
        (await Services.Accounts.AddAsync(new NewAccount(number, "Example Ltd"), Operator)).Get();

    public async Task<Login> AddLoginAsync(string account = "10042")
    {
        await AddAccountAsync(account);
        return (await Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = account }, Operator)).Get();
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        _directory.Dispose();
    }
}

internal static class ResultAssertions
{
    public static T Get<T>(this Result<T> result)
        where T : notnull
    {
        Assert.True(result.Succeeded, result.Problem?.Message);
        return result.Value;
    }

    /// <summary>The problem: one line that ends as a sentence.</summary>
    public static Problem Problem<T>(this Result<T> result, ProblemKind kind)
        where T : notnull
    {
        Assert.False(result.Succeeded);
        Assert.Equal(kind, result.Problem.Kind);
        Assert.DoesNotContain('\n', result.Problem.Message);
        Assert.Matches(@"[.;:].*\.$|\.$", result.Problem.Message);
        return result.Problem;
    }
}
