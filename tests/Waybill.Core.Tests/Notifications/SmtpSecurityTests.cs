using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Core.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>STARTTLS and AUTH LOGIN against a real server with a certificate of a private root.</summary>
public sealed class SmtpSecurityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task A_server_that_wants_STARTTLS_and_a_user_gets_both()
    {
        await using var server = await SmtpServer.StartAsync(["--tls", .. MakeCertificate("localhost"), "--auth", "waybill", "s3cret word"]);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held");
        Assert.Equal("done", await SendAsync(outbox, server, "waybill", "s3cret word\n"));
        var mail = Assert.Single(server.Mails);
        Assert.Equal((true, "waybill"), (mail.Tls, mail.User));
    }

    [Fact]
    public async Task A_wrong_password_sends_nothing_and_loses_nothing()
    {
        await using var server = await SmtpServer.StartAsync(["--tls", .. MakeCertificate("localhost"), "--auth", "waybill", "right"]);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held");
        Assert.NotEqual("done", await SendAsync(outbox, server, "waybill", "wrong"));
        Assert.Empty(server.Mails);
        Assert.Equal(DeliveryState.Waiting, Assert.Single(await outbox.ListAsync()).State);
    }

    [Fact]
    public async Task A_certificate_of_another_name_gets_no_mail()
    {
        await using var server = await SmtpServer.StartAsync(["--tls", .. MakeCertificate("elsewhere.test")]);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held");
        Assert.Contains("certificate", await SendAsync(outbox, server), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_no_mail_when_it_is_demanded()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        MakeCertificate("localhost");
        await outbox.RaiseAsync("file-held");
        Assert.NotEqual("done", await SendAsync(outbox, server));
        Assert.Empty(server.Mails);
        Assert.Equal(DeliveryState.Waiting, Assert.Single(await outbox.ListAsync()).State);
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Sends from a process that trusts the private root, as an operator makes it trust one.</summary>
    private async Task<string> SendAsync(Outbox outbox, SmtpServer server, string? user = null, string? password = null)
    {
        string[] smtp = user is null ? ["localhost"] : ["localhost", user, _directory.Write("password", password!)];
        await using var sender = SendingProcess.Start(
            outbox.Core.Path, server.Port, new Dictionary<string, string?> { ["SSL_CERT_FILE"] = _directory.Combine("root.crt"), ["SSL_CERT_DIR"] = _directory.FullName }, smtp);
        return (await sender.WaitForExitAsync(TimeSpan.FromSeconds(60))).Output.Trim();
    }

    private string[] MakeCertificate(string name)
    {
        var (from, until) = (DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Test root", rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var rootCertificate = root.CreateSelfSigned(from, until);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(rootCertificate, from, until, [1, 2, 3]);
        _directory.Write("root.crt", rootCertificate.ExportCertificatePem());
        return [_directory.Write("server.crt", certificate.ExportCertificatePem()), _directory.Write("server.key", key.ExportPkcs8PrivateKeyPem())];
    }
}
