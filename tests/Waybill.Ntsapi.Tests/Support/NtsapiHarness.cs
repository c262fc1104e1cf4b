using System.Collections.Concurrent;
using Waybill.Net.Rates;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Numbers;
using Waybill.TestKit;
using Waybill.TestKit.Ntsapi;

namespace Waybill.Ntsapi.Tests.Support;

/// <summary>The engine under Kestrel, over numbers in memory, and what it reports.</summary>
internal sealed class NtsapiHarness : INtsapiApplication, IAsyncDisposable
{
    public const string User = "00012345";
    public const string Password = "Correct-Horse.9";

    private readonly Lock _lock = new();
    private TestListener<NtsapiConnectionReport>? _listener;

    private NtsapiHarness(NtsapiServerOptions options) => Options = options;

    public NtsapiServerOptions Options { get; }

    public NtsapiLimits Limits => Options.Limits;

    public ErrorLog Log { get; } = new();

    public MemoryNumbers Numbers { get; } = new();

    public ConcurrentQueue<(string User, string Password, string Tls)> Attempts { get; } = new();

    public string? Refusal { get; set; }

    public CancellationTokenSource Kick { get; } = new();

    public NtsapiLogins Logins { get; private set; } = null!;

    /// <summary>Logins that are not given back.</summary>
    public int OpenLogins { get; private set; }

    public int Port => _listener!.Port;

    /// <summary>Errors that a test expects in the log.</summary>
    public int ExpectedErrors { get; set; }

    public static NtsapiServerOptions Tls { get; } = new() { Certificate = static () => TestCertificate.Context };

    public static NtsapiServerOptions Plain { get; } = new();

    public static async Task<NtsapiHarness> StartAsync(NtsapiServerOptions? options = null, TimeProvider? time = null)
    {
        var harness = new NtsapiHarness(options ?? Plain);
        time ??= TimeProvider.System;
        harness.Logins = new NtsapiLogins(harness.Limits, new LoginRates(harness.Limits.CommandsPerSecond, time));
        var handler = new NtsapiConnectionHandler(harness.Options, harness, harness.Logins, time, harness.Log);
        harness._listener = new TestListener<NtsapiConnectionReport>(handler.OnConnectedAsync);
        await harness._listener.StartAsync();
        return harness;
    }

    /// <summary>A connection, greeted.</summary>
    public async Task<NtsapiClient> ConnectAsync()
    {
        var client = await NtsapiClient.ConnectAsync(Port);
        if (Options.Certificate is not null)
        {
            await client.StartTlsAsync();
        }

        Assert.Equal(Options.Greeting, await client.ReadAsync());
        return client;
    }

    /// <summary>A session that is logged in.</summary>
    public async Task<NtsapiClient> LogInAsync()
    {
        var client = await ConnectAsync();
        Assert.Equal($"0 {Options.Welcome}", await client.AskAsync($"AUTH {User} {Password}"));
        return client;
    }

    /// <summary>The report of the first connection, or of the one with that number.</summary>
    public Task<NtsapiConnectionReport> ReportAsync(int number = 0) => _listener!.ReportAsync(number);

    public Task StopAsync() => _listener!.StopAsync();

    public ValueTask<INtsapiLogin?> LogInAsync(NtsapiConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        Attempts.Enqueue((user, password, connection.Tls));
        connection.Refusal = Refusal;
        if (Refusal is not null || user != User || password != Password)
        {
            return new((INtsapiLogin?)null);
        }

        lock (_lock)
        {
            OpenLogins++;
        }

        return new(new Login(this));
    }

    public ValueTask ConnectionEndedAsync(NtsapiConnectionReport report)
    {
        _listener!.Ended(report.Connection.Id, report);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener!.DisposeAsync();
        Kick.Dispose();
        Assert.Equal(0, OpenLogins);
        Assert.Equal(ExpectedErrors, Log.Errors.Count);
    }

    private sealed class Login(NtsapiHarness harness) : INtsapiLogin
    {
        public string UserName => User;

        public CancellationToken Kicked => harness.Kick.Token;

        public INtsapiNumbers Numbers => harness.Numbers;

        public ValueTask DisposeAsync()
        {
            lock (harness._lock)
            {
                harness.OpenLogins--;
            }

            return ValueTask.CompletedTask;
        }
    }
}
