using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Waybill.Core.Certificates;
using Waybill.Server.Configuration;
using Waybill.Storage.Local;

namespace Waybill.Server.Certificates;

/// <summary>
/// The installation's own TLS root and the server certificate that it signs, in <c>DIR/tls</c>: for listeners that have no certificate of a public authority. Each file
/// is replaced in one rename. Certificate and key are two files, and between their renames they do not belong together: then the pair in the file of the next one
/// counts, which goes last of all. So a power cut at any moment leaves the old pair or the new one.
/// </summary>
internal sealed class TlsFiles(DataDirectory data)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Customers pin the root, so it outlives the servers' certificates by far.</summary>
    private const int RootYears = 10;

    /// <summary>Browsers and Apple's clients refuse server certificates that live longer than 398 days.</summary>
    private const int ServerDays = 397;

    /// <summary>No file here is larger.</summary>
    private const int MaximumFile = 256 * 1024;

    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    /// <summary>How often a lock is asked for that somebody else has.</summary>
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Clocks of clients may be this far behind.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromHours(1);

    /// <summary>How long a change waits for one that has begun: that of the server's job, or of another command.</summary>
    public static readonly TimeSpan LockWait = TimeSpan.FromSeconds(5);

    public string Root => Path.Combine(data.Tls, "root.crt");

    private string RootKey => Path.Combine(data.Tls, "root.key");

    public string Server => Path.Combine(data.Tls, "server.crt");

    public string ServerKey => Path.Combine(data.Tls, "server.key");

    /// <summary>The next certificate with its key and its day.</summary>
    public string Next => Path.Combine(data.Tls, "next.json");

    /// <summary>Called before each step of a take-over, for tests that end it there.</summary>
    internal Action? BeforeStep { get; init; }

    /// <summary>The names that the server certificate is made for: loopback and what customers are told.</summary>
    public static IReadOnlyList<string> Names(WaybillConfiguration configuration)
    {
        var told = configuration.Ssh.Public.Select(static endpoint => endpoint.Host)
            .Concat(configuration.Ntsapi.Public.Select(static endpoint => endpoint.Host)).Concat(configuration.Ftp.Public.Select(static endpoint => endpoint.Host));
        var portal = Uri.TryCreate(configuration.Portal.PublicUrl, UriKind.Absolute, out var url) ? [url.IdnHost] : Array.Empty<string>();
        return [.. ((string[])["localhost", "127.0.0.1", "::1", .. told, .. portal]).Where(name => name.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Makes root and server certificate; returns the root's SHA-256 fingerprint as openssl shows it.</summary>
    public string Create(IReadOnlyList<string> names, string provider, TimeProvider time)
    {
        var from = time.GetUtcNow() - Backdated;
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = CreateRoot(rootKey, provider, from);
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var server = CreateServer(root, rootKey, serverKey, names, from);
        Write(RootKey, rootKey.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(ServerKey, serverKey.ExportPkcs8PrivateKeyPem(), OwnerOnly);
        Write(Server, server.ExportCertificatePem(), ForAll);
        Write(Root, root.ExportCertificatePem(), ForAll);
        LocalDirectory.Sync(data.Tls);
        return CertificateNotation.Sha256(root);
    }

    /// <summary>When the root ends, and with it all that it has signed.</summary>
    public DateTimeOffset RootEnds()
    {
        try
        {
            using var root = X509CertificateLoader.LoadCertificateFromFile(Root);
            return root.NotAfter.ToUniversalTime();
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the TLS root {Root} cannot be read: {error.Message}");
        }
    }

    /// <summary>Makes another server certificate of the same root, with a key of its own; nothing is written.</summary>
    public NextCertificate Issue(IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (!File.Exists(RootKey))
        {
            throw new CommandException($"the key of the TLS root, {RootKey}, is not there; put it back for the renewal, or set Portal:Certificate to a certificate of your own");
        }

        try
        {
            using var root = X509CertificateLoader.LoadCertificateFromFile(Root);
            using var rootKey = ECDsa.Create();
            rootKey.ImportFromPem(File.ReadAllText(RootKey));
            if (ServerCertificate.Lapse(root, now) is { } lapse)
            {
                throw new CommandException($"the TLS root {Root} {lapse}, so nobody believes what it signs; see docs/operations/certificates.md");
            }

            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var server = CreateServer(root, rootKey, key, names, now - Backdated);
            return new NextCertificate(server.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem(), now);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the TLS root {Root} or its key {RootKey} cannot be used: {error.Message}");
        }
    }

    /// <summary>The next certificate; null when there is none, or when it is the present one already.</summary>
    public NextCertificate? ReadNext() => ReadAny() is { } next && !IsPresent(next) ? next : null;

    /// <summary>The pair of a take-over that was cut off: it counts while certificate and key do not belong together.</summary>
    public X509Certificate2? ReadUnfinished() => ReadAny()?.WithKey();

    /// <summary>Keeps the next certificate, or what is said of it.</summary>
    public void WriteNext(NextCertificate next)
    {
        Write(Next, Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(next, NextCertificateJson.Default.NextCertificate)), OwnerOnly);
        LocalDirectory.Sync(data.Tls);
    }

    /// <summary>The next certificate becomes the present one. One that was cut off is ended by doing it again.</summary>
    public void TakeOver()
    {
        var next = ReadAny() ?? throw new CommandException("there is no next certificate; make one: ./waybill certificate renew");
        Step(() => Write(ServerKey, next.KeyPem, OwnerOnly));
        Step(() => Write(Server, next.CertificatePem, ForAll));

        // Not before both names are on the disk.
        Step(() => LocalDirectory.Sync(data.Tls));
        Step(() => File.Delete(Next));
        Step(() => LocalDirectory.Sync(data.Tls));
    }

    /// <summary>Commands and the server's job change the files one after the other.</summary>
    public async ValueTask<FileStream> LockAsync()
    {
        var begun = TimeProvider.System.GetTimestamp();
        var path = Path.Combine(data.Tls, "lock");
        while (true)
        {
            try
            {
                return new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
            }
            catch (IOException error) when (error.HResult == WouldBlock)
            {
                if (TimeProvider.System.GetElapsedTime(begun) >= LockWait)
                {
                    throw new CommandException($"another command has been changing the certificate for {LockWait.TotalSeconds:0} seconds; try again");
                }
            }
            catch (UnauthorizedAccessException)
            {
                throw new CommandException($"{path} cannot be opened, so the certificate cannot be changed; give {data.Tls} and all in it to the user that the server runs as");
            }

            await Task.Delay(LockPause);
        }
    }

    private void Step(Action step)
    {
        BeforeStep?.Invoke();
        step();
    }

    private NextCertificate? ReadAny()
    {
        try
        {
            return new FileInfo(Next) is not { Exists: true } file ? null
                : file.Length <= MaximumFile && JsonSerializer.Deserialize(File.ReadAllBytes(Next), NextCertificateJson.Default.NextCertificate) is { CertificatePem: not null, KeyPem: not null } next ? next
                : throw new JsonException();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{Next}, the next certificate, cannot be read or is damaged; remove it, and make another one: ./waybill certificate renew");
        }
    }

    /// <summary>The take-over was cut off after its last rename.</summary>
    private bool IsPresent(NextCertificate next)
    {
        try
        {
            return File.ReadAllText(Server).Trim() == next.CertificatePem.Trim() && File.ReadAllText(ServerKey).Trim() == next.KeyPem.Trim();
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static X509Certificate2 CreateRoot(ECDsa key, string provider, DateTimeOffset from)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName(provider);
        name.AddCommonName($"{provider} root {from.Year}");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(from, from.AddYears(RootYears));
    }

    private static X509Certificate2 CreateServer(X509Certificate2 root, ECDsa rootKey, ECDsa key, IReadOnlyList<string> names, DateTimeOffset from)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName("Waybill server");
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "serverAuth")], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        // RFC 5280 4.1.2.2: positive, at most 20 bytes; random, so that no two servers of one root share a number.
        Span<byte> serial = stackalloc byte[16];
        RandomNumberGenerator.Fill(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        var until = from.AddDays(ServerDays);
        DateTimeOffset rootEnds = root.NotAfter.ToUniversalTime();
        return request.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), from, until < rootEnds ? until : rootEnds, serial);
    }

    private static void Write(string path, string text, UnixFileMode mode)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode }))
        {
            file.Write(Encoding.ASCII.GetBytes(text.TrimEnd('\n') + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
