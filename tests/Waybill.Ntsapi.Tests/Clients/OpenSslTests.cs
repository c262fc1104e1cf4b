using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ntsapi.Tests.Clients;

/// <summary>openssl s_client, as the guide has it.</summary>
public sealed class OpenSslTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_line_of_the_guide_speaks_the_protocol()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        using var directory = new TemporaryDirectory();
        var root = Path.Combine(directory.FullName, "root.crt");
        await File.WriteAllTextAsync(root, TestCertificate.Root.ExportCertificatePem());
        await using var client = ExternalProcess.Start("openssl", ["s_client", "-quiet", "-verify_return_error", "-CAfile", root, "-connect", $"localhost:{harness.Port}"]);
        await client.WaitForTextAsync("0 Magrathea NTS GW (ntsapi.c(V0.1))\n", Patience);
        foreach (var (command, reply) in new[]
        {
            ($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}", "0 Access granted. Welcome (cl=500)\n"),
            ("ACTI 01224000000", "0 Number activated OK\n"),

            // Without -quiet these two are commands to s_client itself: to renegotiate, and to end.
            ("REAC 01224000001", "4 This is not one of your numbers"),
            ("QUIT", "0 Many thanks. Goodbye\n"),
        })
        {
            await client.StandardInput.WriteAsync(command + "\n");
            await client.StandardInput.FlushAsync();
            await client.WaitForTextAsync(reply, Patience);
        }

        var outcome = await client.WaitForExitAsync(Patience);
        Assert.DoesNotContain("verify error", outcome.ErrorOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_chain_is_sent()
    {
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Certificate = static () => TestCertificate.WithIntermediate });
        await using var client = ExternalProcess.Start("openssl", ["s_client", "-showcerts", "-connect", $"localhost:{harness.Port}"]);
        client.StandardInput.Close();
        var outcome = await client.WaitForExitAsync(Patience);
        Assert.Equal(2, outcome.Output.Split("-----BEGIN CERTIFICATE-----").Length - 1);
        Assert.Contains("s:CN = Test authority", outcome.Output.Replace("CN=", "CN = ", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
