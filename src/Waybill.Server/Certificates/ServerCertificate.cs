using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>The certificate that TLS listeners show: the one of the configuration, else the installation's own; with all that it was signed with.</summary>
/// <param name="Certificate">The server's own, with its key.</param>
/// <param name="Chain">Those that it was signed with, in order.</param>
/// <param name="Root">What clients are to trust: the installation's own root, or the one that stands last in the configured file; null where they know the authority.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2? Root)
{
    /// <summary>The installation's own that takes its place, as announced; null as long as none is.</summary>
    public NextCertificate? Next { get; init; }

    /// <summary>Whether it is the installation's own, which is renewed here.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The files that it is read from: the certificate and its key first.</summary>
    public static IReadOnlyList<string> FilesOf(DataDirectory data, PortalSection section) => FilesOf(new TlsFiles(data), section);

    /// <summary>Loads it; throws <see cref="CommandException"/> with what is wrong and what to do.</summary>
    public static ServerCertificate Load(DataDirectory data, PortalSection section) => Load(new TlsFiles(data), section);

    private static IReadOnlyList<string> FilesOf(TlsFiles own, PortalSection section) =>
        section.Certificate is { } certificate ? [certificate, section.CertificateKey!] : [own.Server, own.ServerKey, own.Root, own.Next];

    /// <inheritdoc cref="Load(DataDirectory, PortalSection)"/>
    public static ServerCertificate Load(TlsFiles own, PortalSection section)
    {
        var files = FilesOf(own, section);
        var (file, keyFile) = (files[0], files[1]);
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            if (all.Count == 0)
            {
                throw new CommandException($"{file} holds no certificate; it is a PEM file with the server's certificate first");
            }

            if (section.Certificate is not null)
            {
                return new ServerCertificate(LoadPair(all, file, keyFile), [.. all.Skip(1)], all.Skip(1).LastOrDefault(static each => each.Subject == each.Issuer));
            }

            var root = X509CertificateLoader.LoadCertificateFromFile(own.Root);
            return new ServerCertificate(LoadOwn(own), [.. all.Skip(1), root], root) { IsOwn = true, Next = AnnouncedNext(own) };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the TLS certificate {file} or its key {keyFile} cannot be read; check that they are there, their owner and mode");
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // The second is a key that is another certificate's.
            var why = error is ArgumentException ? "they do not belong together" : error.Message.TrimEnd('.');
            throw new CommandException($"the TLS certificate {file} and its key {keyFile} cannot be used: {why}; both are PEM files, of the same renewal");
        }
    }

    /// <summary>What every client has against a certificate at a time, as the rest of a sentence; null while it is valid.</summary>
    public static string? Lapse(X509Certificate2 certificate, DateTimeOffset now)
    {
        DateTimeOffset from = certificate.NotBefore.ToUniversalTime(), until = certificate.NotAfter.ToUniversalTime();
        return now < from ? string.Create(CultureInfo.InvariantCulture, $"is not valid before {from:yyyy-MM-dd HH:mm} UTC")
            : now > until ? string.Create(CultureInfo.InvariantCulture, $"has ended on {until:yyyy-MM-dd}")
            : null;
    }

    /// <summary>The same of each that it was signed with.</summary>
    public IEnumerable<string> LapsesOfChain(DateTimeOffset now) =>
        from each in Chain
        let lapse = Lapse(each, now)
        where lapse is not null
        select $"was signed with {each.Subject}, which {lapse}";

    /// <summary>The first of all these; null while the whole chain is valid.</summary>
    public string? Lapse(DateTimeOffset now) => Lapse(Certificate, now) ?? LapsesOfChain(now).FirstOrDefault();

    /// <summary>The host names and addresses that a certificate is for.</summary>
    public static IReadOnlyList<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
            ? [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(static address => address.ToString())]
            : [];

    /// <summary>The operator's pair, whatever is wrong with it said in words.</summary>
    private static X509Certificate2 LoadPair(X509Certificate2Collection all, string file, string keyFile)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(file, keyFile);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new CommandException(KeyFileComplaint.Of(all, file, keyFile));
        }
    }

    /// <summary>The pair of the two files; where a take-over was cut off between them, the one that it was about to bring.</summary>
    private static X509Certificate2 LoadOwn(TlsFiles own)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(own.Server, own.ServerKey);
        }
        catch (ArgumentException) when (own.ReadUnfinished() is { } next)
        {
            return next;
        }
    }

    /// <summary>A file that is damaged is said by whoever works on it: the server goes on with the certificate that it has.</summary>
    private static NextCertificate? AnnouncedNext(TlsFiles own)
    {
        try
        {
            return own.ReadNext() is { Announced: not null } next ? next : null;
        }
        catch (CommandException)
        {
            return null;
        }
    }

    /// <summary>Whether a client that asks for this name finds it in the certificate.</summary>
    public bool Names(string host) => Certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
}
