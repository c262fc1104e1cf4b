using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Waybill.Net.Buffers;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<NtsapiConnectionReport>> _reports = new();
    private readonly ConcurrentQueue<string> _connections = new();
    private readonly ConcurrentBag<Exception> _defects = [];
    private WebApplication? _application;

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

    public int Port { get; private set; }

    /// <summary>Errors that a test expects in the log.</summary>
    public int ExpectedErrors { get; set; }

    public static NtsapiServerOptions Tls { get; } = new() { Certificate = static () => TestCertificate.Context };

    public static NtsapiServerOptions Plain { get; } = new();

    public static async Task<NtsapiHarness> StartAsync(NtsapiServerOptions? options = null, TimeProvider? time = null)
    {
        var harness = new NtsapiHarness(options ?? Plain);
        time ??= TimeProvider.System;
        harness.Logins = new NtsapiLogins(harness.Limits, time);
        var handler = new NtsapiConnectionHandler(harness.Options, harness, harness.Logins, time, harness.Log);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(new BlockMemoryPoolFactory()));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Run(async connection =>
        {
            harness._connections.Enqueue(connection.ConnectionId);
            try
            {
                await handler.OnConnectedAsync(connection);
            }
            catch (Exception exception)
            {
                harness._defects.Add(exception);
                throw;
            }
        })));
        harness._application = builder.Build();
        await harness._application.StartAsync();
        var addresses = harness._application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!;
        harness.Port = new Uri(addresses.Addresses.Single()).Port;
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
    public async Task<NtsapiConnectionReport> ReportAsync(int number = 0)
    {
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (_connections.Count <= number && Environment.TickCount64 < until)
        {
            await Task.Delay(5);
        }

        return await Source(_connections.ElementAt(number)).Task.WaitAsync(Patience);
    }

    public Task StopAsync() => _application!.StopAsync();

    public ValueTask<INtsapiLogin?> LogInAsync(NtsapiConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        Attempts.Enqueue((user, password, connection.Tls));
        connection.Refusal = Refusal;
        if (Refusal is not null || user != User || password != Password)
        {
            return new((INtsapiLogin?)null);
        }

        lock (_connections)
        {
            OpenLogins++;
        }

        return new(new Login(this));
    }

    public ValueTask ConnectionEndedAsync(NtsapiConnectionReport report)
    {
        if (!Source(report.Connection.Id).TrySetResult(report))
        {
            throw new InvalidOperationException($"Connection {report.Connection.Id} ended twice.");
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            await _application!.StopAsync(limit.Token);
        }

        foreach (var connection in _connections)
        {
            await Source(connection).Task.WaitAsync(Patience);
        }

        await _application.DisposeAsync();
        Kick.Dispose();
        Assert.Empty(_defects);
        Assert.Equal(0, OpenLogins);
        Assert.Equal(ExpectedErrors, Log.Errors.Count);
    }

    private TaskCompletionSource<NtsapiConnectionReport> Source(string id) =>
        _reports.GetOrAdd(id, _ => new TaskCompletionSource<NtsapiConnectionReport>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Login(NtsapiHarness harness) : INtsapiLogin
    {
        public string UserName => User;

        public CancellationToken Kicked => harness.Kick.Token;

        public INtsapiNumbers Numbers => harness.Numbers;

        public ValueTask DisposeAsync()
        {
            lock (harness._connections)
            {
                harness.OpenLogins--;
            }

            return ValueTask.CompletedTask;
        }
    }
}
