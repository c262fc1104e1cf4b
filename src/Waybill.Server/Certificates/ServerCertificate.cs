using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Certificates;

/// <summary>The certificate that TLS listeners show: the one of the configuration, else the installation's own; with all that it was signed with.</summary>
/// <param name="Certificate">The server's own, with its key.</param>
/// <param name="Chain">Those that it was signed with, in order.</param>
/// <param name="Root">The installation's own root; null where the certificate is another authority's.</param>
internal sealed record ServerCertificate(X509Certificate2 Certificate, X509Certificate2Collection Chain, X509Certificate2? Root)
{
    /// <summary>Loads it; throws <see cref="CommandException"/> with what is wrong and what to do.</summary>
    public static ServerCertificate Load(DataDirectory data, PortalSection section)
    {
        var own = new TlsFiles(data);
        var (file, keyFile) = FilesOf(data, section);
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            if (all.Count == 0)
            {
                throw new CommandException($"{file} holds no certificate; it is a PEM file with the server's certificate first");
            }

            var root = section.Certificate is null ? X509CertificateLoader.LoadCertificateFromFile(own.Root) : null;
            var chain = new X509Certificate2Collection(all.Skip(1).ToArray());
            if (root is not null)
            {
                chain.Add(root);
            }

            return new ServerCertificate(X509Certificate2.CreateFromPemFile(file, keyFile), chain, root);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the TLS certificate {file} or its key {keyFile} cannot be read; check that they are there, their owner and mode");
        }
        catch (CryptographicException error)
        {
            throw new CommandException($"the TLS certificate {file} and its key {keyFile} cannot be used: {error.Message.TrimEnd('.')}; both are PEM files and belong together");
        }
    }

    /// <summary>Where it and its key lie.</summary>
    public static (string Certificate, string Key) FilesOf(DataDirectory data, PortalSection section)
    {
        var own = new TlsFiles(data);
        return section.Certificate is { } certificate ? (certificate, section.CertificateKey!) : (own.Server, own.ServerKey);
    }

    /// <summary>Whether a client that asks for this name finds it in the certificate.</summary>
    public bool Names(string host) => Certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
}
