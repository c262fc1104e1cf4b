using System.Security.Authentication;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Tests.Support;

namespace Waybill.Ntsapi.Tests.Hosting;

/// <summary>How connections end, and that what was begun is answered first.</summary>
public sealed class EndingTests
{
    private const string Number = "01224000000";

    [Fact]
    public async Task Who_is_ended_by_an_operator_is_told()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await harness.LogInAsync();
        await harness.Kick.CancelAsync();
        Assert.Equal("4 The provider has ended your session", await client.ReadAsync());
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.Kicked, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_command_that_runs_is_done_and_answered_before_the_server_stops()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await harness.LogInAsync();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Numbers.Before = () =>
        {
            began.TrySetResult();
            return goOn.Task;
        };
        await client.WriteAsync($"ACTI {Number}\nSTAT {Number}\n");
        await began.Task;
        var stopping = harness.StopAsync();
        goOn.SetResult();
        Assert.Equal("0 Number activated OK", await client.ReadAsync());
        var rest = await client.ReadToEndAsync();
        Assert.EndsWith("5 The server is stopping. Connect again in a moment\n", rest, StringComparison.Ordinal);
        await stopping;
        Assert.Equal([Number], harness.Numbers.Active);
        Assert.Equal(NtsapiEndReason.ServerStopping, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_client_that_closes_after_its_commands_has_them_done()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}\nACTI {Number}");
        client.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal("0 Access granted. Welcome (cl=500)\n0 Number activated OK\n", await client.ReadToEndAsync());
        Assert.Equal(NtsapiEndReason.ClientClosed, (await harness.ReportAsync()).Reason);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\n\r\nAUTH a b\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\n")]
    public async Task Other_protocols_are_not_answered(string words)
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync(words);
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.NotNtsapi, (await harness.ReportAsync()).Reason);
        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task A_handshake_meant_for_another_protocol_fails()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await Assert.ThrowsAnyAsync<Exception>(() => client.StartTlsAsync("http/1.1"));
        Assert.Equal(NtsapiEndReason.TlsFailed, (await harness.ReportAsync()).Reason);
        await using var good = await NtsapiClient.ConnectAsync(harness.Port);
        await good.StartTlsAsync("ntsapi");
        Assert.StartsWith("0 ", await good.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_to_the_port_for_TLS_is_not_answered_in_words()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await client.WriteAsync("AUTH a b\r\nSTAT 01224000000\r\n");
        Assert.DoesNotContain("Magrathea", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(NtsapiEndReason.TlsFailed, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task The_certificate_of_the_moment_is_used()
    {
        var isNext = false;
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Certificate = () => isNext ? TestKit.TestCertificate.Next : TestKit.TestCertificate.Context });
        Assert.Equal(TestKit.TestCertificate.Context.TargetCertificate.SerialNumber, await SerialAsync(harness));
        isNext = true;
        Assert.Equal(TestKit.TestCertificate.Next.TargetCertificate.SerialNumber, await SerialAsync(harness));
    }

    private static async Task<string> SerialAsync(NtsapiHarness harness)
    {
        await using var client = await harness.ConnectAsync();
        var tls = (System.Net.Security.SslStream)client.Stream;
        Assert.True(tls.SslProtocol is SslProtocols.Tls13 or SslProtocols.Tls12);
        return tls.RemoteCertificate!.GetSerialNumberString();
    }
}
