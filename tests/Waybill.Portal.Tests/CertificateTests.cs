using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>An operator puts another certificate in the place of the portal's while the server runs.</summary>
public sealed class CertificateTests
{
    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart_and_one_that_cannot_be_read_is_not()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        var first = await ShownAsync(server);
        using var client = server.Client();
        Assert.Contains(Colons(first), await client.GetStringAsync("/host-keys"), StringComparison.Ordinal);

        var second = Renew(server);
        await WaitAsync(async () => await ShownAsync(server) == second);

        // Whoever is connected stays so, and reads what new connections see.
        Assert.Contains(Colons(second), await client.GetStringAsync("/host-keys"), StringComparison.Ordinal);

        Put(server, "server.crt", "no certificate at all\n");
        await WaitAsync(async () => await ShownAsync(server) == second && server.Logs.Contains("is not used; connections get the one before", StringComparison.Ordinal));
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        await administrator.GetAsync("/staff");
        Assert.Contains("a server that runs goes on with the one before, and does not start again", administrator.Page, StringComparison.Ordinal);
        Assert.Contains("failed", await server.RefusedAsync("doctor"), StringComparison.Ordinal);

        var third = Renew(server);
        await WaitAsync(async () => await ShownAsync(server) == third);
    }

    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(250, patience.Token);
        }
    }

    private static async Task<string> ShownAsync(PortalServer server)
    {
        await using var connection = await server.HandshakeAsync(PortalServer.Address());
        using var shown = X509CertificateLoader.LoadCertificate(connection.RemoteCertificate!.GetRawCertData());
        return shown.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static string Colons(string hash) => string.Join(':', hash.Chunk(2).Select(static two => new string(two)));

    /// <summary>A certificate of the installation's root with another key, put there as renewal programs do; its hash.</summary>
    private static string Renew(PortalServer server)
    {
        using var rootKey = ECDsa.Create();
        rootKey.ImportFromPem(File.ReadAllText(Path.Combine(server.Data, "tls", "root.key")));
        using var root = server.Root.CopyWithPrivateKey(rootKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.Create(root, now.AddMinutes(-5), now.AddDays(90), RandomNumberGenerator.GetBytes(12));
        Put(server, "server.key", key.ExportPkcs8PrivateKeyPem());
        Put(server, "server.crt", certificate.ExportCertificatePem());
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static void Put(PortalServer server, string name, string content)
    {
        var file = Path.Combine(server.Data, "tls", name);
        File.WriteAllText(file + ".new", content);
        File.Move(file + ".new", file, overwrite: true);
    }
}
