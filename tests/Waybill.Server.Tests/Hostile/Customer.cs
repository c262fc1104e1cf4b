using System.Diagnostics;
using System.Net;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.Tests.Hostile;

/// <summary>The customer who works on while others attack: logs in again and again, lists a directory each time, and notes how long that took.</summary>
internal sealed class Customer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<double> _milliseconds = [];
    private readonly Task _working;

    private Customer(int port, SshPrivateKey key) => _working = Task.Run(() => WorkAsync(port, key));

    /// <summary>Begins with one login that is not counted: this customer was here before, and the server has compiled what it needs.</summary>
    public static async Task<Customer> BeginAsync(int port, SshPrivateKey key)
    {
        await OnceAsync(port, key);
        return new Customer(port, key);
    }

    /// <summary>Stops; every login must have worked. Returns how many there were, the 99th percentile and the longest, in milliseconds.</summary>
    public async Task<(int Count, double P99, double Longest)> EndAsync()
    {
        await _stop.CancelAsync();
        await _working;
        var sorted = _milliseconds.Order().ToArray();
        Assert.NotEmpty(sorted);
        return (sorted.Length, sorted[(int)Math.Ceiling(sorted.Length * 0.99) - 1], sorted[^1]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task OnceAsync(int port, SshPrivateKey key)
    {
        await using var client = await Peer.LogInAsync(IPAddress.Loopback, port, Template.User, key);
        await using var sftp = await RunningServer.OpenSftpAsync(client);
        Assert.NotEmpty(await sftp.ListAsync("/"));
        await client.DisconnectAsync();
    }

    private async Task WorkAsync(int port, SshPrivateKey key)
    {
        while (!_stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            await OnceAsync(port, key);
            _milliseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(50);
        }
    }
}
