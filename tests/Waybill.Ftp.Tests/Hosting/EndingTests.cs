using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Hosting;

/// <summary>How long the end of a connection may take whose client does not read.</summary>
public sealed class EndingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly FtpServerOptions Options = FtpHarness.DefaultOptions;

    [Fact]
    public async Task Last_words_wait_a_second_for_a_client_that_does_not_read()
    {
        var (clock, nobody) = (new FakeTimeProvider(), new Nobody());

        // The greeting has room, and what comes behind it has none.
        await using var connection = new InMemoryConnection(pauseAt: Options.Greeting.Length + 10);
        var running = connection.RunAsync(new FtpConnectionHandler(Options, nobody, clock, NullLoggerFactory.Instance).OnConnectedAsync);
        await GreetedAsync(connection);
        clock.Advance(Options.Limits.LoginTime);
        await Until.IsSoAsync(() => clock.NextDue == TimeSpan.FromSeconds(1));
        Assert.Equal((false, false), (connection.IsAborted, nobody.Report.IsCompleted));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FtpEndReason.LoginTimeout, (await nobody.Report.WaitAsync(Patience, TestContext.Current.CancellationToken)).Reason);
        Assert.True(connection.IsAborted);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await Until.IsSoAsync(() => clock.ActiveTimers == 0);
    }

    [Fact]
    public async Task A_connection_that_does_not_close_is_aborted_after_five_seconds()
    {
        var (clock, nobody) = (new FakeTimeProvider(), new Nobody());
        await using var connection = new InMemoryConnection();
        var running = new FtpConnectionHandler(Options, nobody, clock, NullLoggerFactory.Instance).OnConnectedAsync(connection);
        await GreetedAsync(connection);
        clock.Advance(Options.Limits.LoginTime);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal((TimeSpan.FromSeconds(5), false), (clock.NextDue, connection.IsAborted));
        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.True(connection.IsAborted);
    }

    [Fact]
    public async Task A_connection_that_closes_leaves_no_timer()
    {
        var (clock, nobody) = (new FakeTimeProvider(), new Nobody());
        await using var connection = new InMemoryConnection();
        var running = connection.RunAsync(new FtpConnectionHandler(Options, nobody, clock, NullLoggerFactory.Instance).OnConnectedAsync);
        await GreetedAsync(connection);
        clock.Advance(Options.Limits.LoginTime);
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(connection.IsAborted);
        Assert.Equal(0, clock.ActiveTimers);
    }

    /// <summary>Waits for the greeting, and leaves it where it is.</summary>
    private static async Task GreetedAsync(InMemoryConnection connection)
    {
        var read = await connection.Client.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.True(read.Buffer.Length > Options.Greeting.Length);
        connection.Client.Input.AdvanceTo(read.Buffer.Start);
    }

    /// <summary>Lets nobody in, and keeps the report.</summary>
    private sealed class Nobody : IFtpApplication
    {
        private readonly TaskCompletionSource<FtpConnectionReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<FtpConnectionReport> Report => _report.Task;

        public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(false);

        public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken) => new((IFtpLogin?)null);

        public ValueTask ConnectionEndedAsync(FtpConnectionReport report)
        {
            _report.SetResult(report);
            return ValueTask.CompletedTask;
        }
    }
}
