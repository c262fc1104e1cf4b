using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Waybill.Net.Buffers;

namespace Waybill.TestKit;

/// <summary>A protocol under Kestrel, as the real server runs it, and the report of each connection.</summary>
/// <typeparam name="TReport">What is reported of a connection at its end.</typeparam>
public sealed class TestListener<TReport> : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<TReport>> _reports = new();
    private readonly ConcurrentQueue<string> _connections = new();
    private readonly ConcurrentQueue<Exception> _defects = new();
    private readonly WebApplication _application;

    /// <summary>Serves connections to an address, 127.0.0.1 unless another is said, by this.</summary>
    public TestListener(ConnectionDelegate handler, IPAddress? address = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(new BlockMemoryPoolFactory()));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address ?? IPAddress.Loopback, 0, listen => listen.Run(async connection =>
        {
            _connections.Enqueue(connection.ConnectionId);
            try
            {
                await handler(connection);
            }
            catch (Exception exception)
            {
                _defects.Enqueue(exception);
                throw;
            }
        })));
        _application = builder.Build();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>How many connections have begun.</summary>
    public int Connections => _connections.Count;

    /// <summary>Listens on a free port.</summary>
    public async Task StartAsync()
    {
        await _application.StartAsync();
        Port = new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
    }

    /// <summary>A connection has ended: once for each.</summary>
    public void Ended(string connection, TReport report)
    {
        if (!Source(connection).TrySetResult(report))
        {
            throw new InvalidOperationException($"Connection {connection} ended twice.");
        }
    }

    /// <summary>The report of the first connection, or of the one with that number.</summary>
    public async Task<TReport> ReportAsync(int number = 0)
    {
        await Until.IsSoAsync(() => _connections.Count > number);
        return await Source(_connections.ElementAt(number)).Task.WaitAsync(Patience);
    }

    /// <summary>Stops as the server does.</summary>
    public Task StopAsync() => _application.StopAsync();

    /// <summary>Stops; fails if a connection was not reported or had a defect.</summary>
    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            await _application.StopAsync(limit.Token);
        }

        foreach (var connection in _connections)
        {
            await Source(connection).Task.WaitAsync(Patience);
        }

        await _application.DisposeAsync();
        if (!_defects.IsEmpty)
        {
            throw new AggregateException(_defects);
        }
    }

    private TaskCompletionSource<TReport> Source(string id) =>
        _reports.GetOrAdd(id, static _ => new TaskCompletionSource<TReport>(TaskCreationOptions.RunContinuationsAsynchronously));
}
