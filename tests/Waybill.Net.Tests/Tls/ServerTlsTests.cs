using System.Net.Security;
using System.Security.Authentication;
using Waybill.Net.Streams;
using Waybill.Net.Tls;
using Waybill.TestKit;

namespace Waybill.Net.Tests.Tls;

public sealed class ServerTlsTests
{
    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_handshake_that_is_not_done_in_time_failed_and_says_so()
    {
        await using var connection = new InMemoryConnection();
        var shaking = AuthenticateAsync(connection, TestContext.Current.CancellationToken);
        _clock.Advance(Allowed);
        var failed = await Assert.ThrowsAsync<AuthenticationException>(() => shaking);
        Assert.Equal("the TLS handshake failed: not done within 20 s", ServerTls.WhyNot(failed));
    }

    [Fact]
    public async Task One_that_is_given_up_for_another_reason_has_not_failed()
    {
        await using var connection = new InMemoryConnection();
        using var ended = new CancellationTokenSource();
        var shaking = AuthenticateAsync(connection, ended.Token);
        await ended.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shaking);
        Assert.Equal(0, _clock.ActiveTimers);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("ours", true)]
    [InlineData("http/1.1", false)]
    public async Task Only_the_protocols_own_name_is_spoken(string? name, bool isSpoken)
    {
        await using var connection = new InMemoryConnection();
        var shaking = AuthenticateAsync(connection, TestContext.Current.CancellationToken);
        var client = TestTls.ConnectAsync(connection.ClientStream(), name is null ? null : [name]);
        if (isSpoken)
        {
            await using var stream = await shaking;
            await using var other = await client;
            Assert.Equal($"TLSv1.3 {other.NegotiatedCipherSuite}", ServerTls.Describe(stream));
        }
        else
        {
            await Assert.ThrowsAsync<AuthenticationException>(() => shaking);
            await Assert.ThrowsAnyAsync<Exception>(() => client);
        }
    }

    private Task<SslStream> AuthenticateAsync(InMemoryConnection connection, CancellationToken cancellationToken) => ServerTls.AuthenticateAsync(
        new TransportStream(connection.Transport), ServerTls.Options(TestCertificate.Context, "ours"), Allowed, _clock, cancellationToken);
}
