using System.Text;
using Waybill.Net.Connections;
using Waybill.Net.Streams;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Connections;

public sealed class GoodbyeTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Each_step_is_done_whatever_became_of_those_before()
    {
        List<string> done = [];
        await Goodbye.EachAsync(
            exception => done.Add(exception.Message), () => Step("words"), () => throw new InvalidOperationException("at once"), () => Step("login"), FailLaterAsync, () => Step("report"));
        Assert.Equal(["words", "at once", "login", "later", "report"], done);

        ValueTask Step(string name)
        {
            done.Add(name);
            return ValueTask.CompletedTask;
        }

        static async ValueTask FailLaterAsync()
        {
            await Task.Yield();
            throw new IOException("later");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Words_are_sent_and_what_is_cut_is_aborted_at_once(bool isCut)
    {
        await using var connection = new InMemoryConnection();
        await Goodbye.SayAsync(connection, new TransportStream(connection.Transport), isCut ? null : "Goodbye"u8.ToArray(), isCut, _clock);
        Assert.Equal(isCut, connection.IsAborted);
        if (!isCut)
        {
            var read = await connection.Client.Input.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal("Goodbye", Encoding.ASCII.GetString(read.Buffer));
        }
    }

    [Fact]
    public async Task A_client_that_is_gone_is_no_failure()
    {
        await using var connection = new InMemoryConnection();
        connection.Break();
        await Goodbye.SayAsync(connection, new TransportStream(connection.Transport), "Goodbye"u8.ToArray(), isCut: false, _clock);
        Assert.Equal(0, _clock.ActiveTimers);
    }
}
