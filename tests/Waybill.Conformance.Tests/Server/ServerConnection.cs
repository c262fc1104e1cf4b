using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Server;

/// <summary>One connection to <see cref="ServerUnderTest"/>: the hostile client's end of it, and what the server reports when it is over.</summary>
internal sealed class ServerConnection(InMemoryConnection connection, RawSshClient client, Task running, RecordingApplication application) : IAsyncDisposable
{
    public RawSshClient Client { get; } = client;

    public InMemoryConnection Network { get; } = connection;

    /// <summary>Waits for the server to close, and for its report. The handler's task must end without an exception too.</summary>
    public async Task<SshConnectionReport> EndAsync(TimeSpan? timeout = null)
    {
        await Client.ReceiveEndAsync();
        return await ReportAsync(timeout);
    }

    /// <summary>Waits for the server's report.</summary>
    public async Task<SshConnectionReport> ReportAsync(TimeSpan? timeout = null)
    {
        var report = await application.ReportOfAsync(Network.ConnectionId, timeout);
        await running.WaitAsync(timeout ?? TimeSpan.FromSeconds(60));
        return report;
    }

    /// <summary>Opens the echo subsystem and proves that it works: the connection is alive and in its right mind.</summary>
    public async Task EchoAsync(int size = 100)
    {
        var channel = await Client.OpenSubsystemAsync("echo");
        var data = new SeededRandom((ulong)size).Bytes(size);
        await channel.SendDataAsync(data);
        using var received = new MemoryStream();
        while (received.Length < size)
        {
            received.Write(await channel.ReceiveDataAsync() ?? throw new InvalidOperationException("The echo ended early."));
        }

        Assert.Equal(data, received.ToArray());
        await channel.CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
