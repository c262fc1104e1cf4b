using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Waybill.TestKit;

/// <summary>
/// What Kestrel hands to a <see cref="ConnectionHandler"/>, over two pipes and without a socket. The server's end is <see cref="Transport"/>,
/// the peer's end is <see cref="Client"/>.
/// </summary>
public sealed class InMemoryConnection : ConnectionContext, IConnectionLifetimeNotificationFeature, IConnectionHeartbeatFeature
{
    private static int s_count;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _closedRequested = new();
    private readonly List<(Action<object> Action, object State)> _heartbeats = [];
    private readonly DuplexPipe _client;

    /// <summary>Connects; a writer pauses when <paramref name="pauseAt"/> bytes wait to be read.</summary>
    public InMemoryConnection(long pauseAt = 1024 * 1024, IPEndPoint? remote = null)
    {
        (_client, var server) = DuplexPipe.CreatePair(pauseAt);
        Transport = server;
        ConnectionClosed = _closed.Token;
        RemoteEndPoint = remote ?? new IPEndPoint(IPAddress.Loopback, 40_000);
        LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 2222);
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
        Features.Set<IConnectionHeartbeatFeature>(this);
    }

    /// <summary>The peer's end.</summary>
    public IDuplexPipe Client => _client;

    /// <summary>Why the server aborted, if it did.</summary>
    public ConnectionAbortedException? AbortReason { get; private set; }

    /// <summary>Whether the server aborted the connection.</summary>
    public bool IsAborted { get; private set; }

    /// <inheritdoc/>
    public override string ConnectionId { get; set; } = $"test-{Interlocked.Increment(ref s_count)}";

    /// <inheritdoc/>
    public override IFeatureCollection Features { get; } = new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public CancellationToken ConnectionClosedRequested { get => _closedRequested.Token; set => throw new NotSupportedException(); }

    /// <summary>The peer's end as a stream.</summary>
    public Stream ClientStream() => _client.AsStream();

    /// <summary>
    /// Runs the handler on the server's end and, as Kestrel does when a handler returns, closes that end.
    /// </summary>
    public async Task RunAsync(Func<ConnectionContext, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        try
        {
            await Task.Run(() => handler(this));
        }
        finally
        {
            await Transport.Output.CompleteAsync();
            await Transport.Input.CompleteAsync();
            await _closed.CancelAsync();
        }
    }

    /// <summary>The network fails: reads of both ends throw <see cref="ConnectionResetException"/>.</summary>
    public void Break()
    {
        _client.Output.Complete(new ConnectionResetException("The peer is gone."));
        _client.Input.Complete(new ConnectionResetException("The peer is gone."));
        _closed.Cancel();
    }

    /// <summary>The server begins a graceful stop.</summary>
    public void RequestClose() => _closedRequested.Cancel();

    /// <summary>What Kestrel does about once a second.</summary>
    public void Beat()
    {
        foreach (var (action, state) in _heartbeats.ToArray())
        {
            action(state);
        }
    }

    /// <inheritdoc/>
    public void OnHeartbeat(Action<object> action, object state) => _heartbeats.Add((action, state));

    /// <inheritdoc cref="IConnectionLifetimeNotificationFeature.RequestClose"/>
    void IConnectionLifetimeNotificationFeature.RequestClose() => RequestClose();

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        IsAborted = true;
        AbortReason ??= abortReason;
        // As Kestrel: pending reads of the server end, and the peer sees the connection close.
        Transport.Input.CancelPendingRead();
        Transport.Output.CancelPendingFlush();
        _client.Output.Complete(abortReason);
        ThreadPool.QueueUserWorkItem(static connection => connection._closed.Cancel(), this, preferLocal: false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _client.Output.Complete();
        _client.Input.Complete();
        return base.DisposeAsync();
    }
}
