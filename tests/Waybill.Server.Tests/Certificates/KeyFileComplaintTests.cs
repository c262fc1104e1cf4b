using System.Security.Cryptography;
using Waybill.Core;
using Waybill.Server.Certificates;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Certificates;

/// <summary>Files of an operator that do not go together: each way has a sentence of its own, which names the file and what to do.</summary>
public sealed class KeyFileComplaintTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly OperatorCertificate _files;
    private readonly (string Pem, string KeyPem) _issued;

    public KeyFileComplaintTests()
    {
        _files = new OperatorCertificate(_directory.FullName, TimeProvider.System.GetUtcNow());
        _issued = _files.Issue();
    }

    [Fact]
    public void Files_that_go_together_are_loaded()
    {
        _files.Put(_issued);
        Assert.Equal("CN=localhost", ServerCertificate.Load(new DataDirectory(_directory.FullName), _files.Section).Certificate.Subject);
    }

    [Fact]
    public void A_key_under_a_passphrase_is_named_as_that()
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(_issued.KeyPem);
        var sealedKey = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        const string Before = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----";
        foreach (var pem in (string[])[sealedKey, Before])
        {
            Says($"the private key {_files.KeyFile} is under a passphrase, and nobody is there to type it", pem, _issued.Pem);
        }
    }

    [Fact]
    public void Certificates_in_the_wrong_order_are_named_with_the_place_of_the_servers_own()
    {
        Says($"the certificates in {_files.File} are in the wrong order: the private key {_files.KeyFile} is that of number 2, CN=localhost", _issued.KeyPem, _files.AuthorityPem, _issued.Pem);
        Says("is that of number 3, CN=localhost", _issued.KeyPem, _files.RootPem, _files.AuthorityPem, _issued.Pem);
    }

    [Fact]
    public void A_key_that_is_anothers_one_that_is_missing_and_one_that_is_damaged_are_told_apart()
    {
        using var rsa = RSA.Create(2048);
        Says("is not that of the certificate CN=localhost", _files.Issue().KeyPem, _issued.Pem, _files.AuthorityPem);
        Says("is not that of the certificate CN=localhost", rsa.ExportRSAPrivateKeyPem(), _issued.Pem);
        Says($"{_files.KeyFile} holds no private key", _issued.Pem, _issued.Pem);
        Says("is damaged", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", _issued.Pem);
        Says("is damaged", _issued.KeyPem[..^40], _issued.Pem);
    }

    public void Dispose() => _directory.Dispose();

    private void Says(string words, string keyPem, params string[] certificates)
    {
        _files.Put(certificates, keyPem);
        var message = Assert.Throws<CommandException>(() => ServerCertificate.Load(new DataDirectory(_directory.FullName), _files.Section)).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain("malformed", message, StringComparison.Ordinal);
    }
}
