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
    /// <summary>The files that it is read from: the certificate and its key first.</summary>
    public static IReadOnlyList<string> FilesOf(DataDirectory data, PortalSection section)
    {
        var own = new TlsFiles(data);
        return section.Certificate is { } certificate ? [certificate, section.CertificateKey!] : [own.Server, own.ServerKey, own.Root];
    }

    /// <summary>Loads it; throws <see cref="CommandException"/> with what is wrong and what to do.</summary>
    public static ServerCertificate Load(DataDirectory data, PortalSection section)
    {
        var files = FilesOf(data, section);
        var (file, keyFile) = (files[0], files[1]);
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(file);
            if (all.Count == 0)
            {
                throw new CommandException($"{file} holds no certificate; it is a PEM file with the server's certificate first");
            }

            var root = files.Count > 2 ? X509CertificateLoader.LoadCertificateFromFile(files[2]) : null;
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
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // The second is a key that is another certificate's.
            var why = error is ArgumentException ? "they do not belong together" : error.Message.TrimEnd('.');
            throw new CommandException($"the TLS certificate {file} and its key {keyFile} cannot be used: {why}; both are PEM files, of the same renewal");
        }
    }

    /// <summary>Whether a client that asks for this name finds it in the certificate.</summary>
    public bool Names(string host) => Certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false);
}
