using Waybill.TestKit;

namespace Waybill.Server.Tests.Support;

/// <summary>A data directory with account and login 10020 and an Ed25519 key, made once by the program's own commands; each test works on a copy.</summary>
public sealed class Template : IAsyncLifetime
{
    public const string User = "10020";

    private readonly TemporaryDirectory _directory = new();

    /// <summary>The key's file as ssh-keygen wrote it; the public half has <c>.pub</c> behind.</summary>
    public string KeyFile => _directory.Combine("id_ed25519");

    public async ValueTask InitializeAsync()
    {
        await Tool.RequireAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "customer", "-f", KeyFile);
        var data = _directory.Combine("data");
        await Cli.SetUpAsync("init", "--data", data);
        await Cli.SetUpAsync("account", "add", User, "--name", "Test Telecom", "--data", data);
        await Cli.SetUpAsync("login", "add", User, "--account", User, "--data", data);
        await Cli.SetUpAsync("key", "add", User, KeyFile + ".pub", "--data", data);
    }

    /// <summary>A fresh copy, for one test.</summary>
    internal async Task<Data> CopyAsync()
    {
        var copy = new Data(this);
        await Tool.RequireAsync("cp", "-a", _directory.Combine("data"), copy.Root);
        return copy;
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
