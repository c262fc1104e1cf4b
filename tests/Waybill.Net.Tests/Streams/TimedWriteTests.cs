using Waybill.Net.Streams;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Streams;

public sealed class TimedWriteTests
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_write_that_the_peer_takes_in_time_is_done_and_one_that_it_does_not_is_given_up()
    {
        await using var connection = new InMemoryConnection(pauseAt: 10);
        var stream = new TransportStream(connection.Transport);
        Assert.True(await stream.TryWriteAsync(new byte[5], Allowed, _clock));

        // What fills the pipe waits for the reader.
        var late = stream.TryWriteAsync(new byte[5], Allowed, _clock).AsTask();
        _clock.Advance(Allowed - TimeSpan.FromMilliseconds(1));
        Assert.False(late.IsCompleted);
        connection.Client.Input.AdvanceTo((await connection.Client.Input.ReadAsync(TestContext.Current.CancellationToken)).Buffer.End);
        Assert.True(await late);

        var never = stream.TryWriteAsync(new byte[10], Allowed, _clock).AsTask();
        _clock.Advance(Allowed);
        Assert.False(await never);
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_told_as_such()
    {
        await using var connection = new InMemoryConnection();
        connection.Break();
        await Assert.ThrowsAnyAsync<IOException>(async () => await new TransportStream(connection.Transport).TryWriteAsync(new byte[5], Allowed, _clock));
    }
}
