using System.Security.Cryptography.X509Certificates;
using Waybill.Portal;
using Waybill.Server.Certificates;
using Waybill.Server.HostKeys;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.Hosting;

/// <summary>By what customers know this server, for the portal's pages; host keys and the certificate change while it runs.</summary>
internal sealed class ServerIdentity : IServerIdentity
{
    private volatile IReadOnlyList<SshPublicKey> _hostKeys = [];
    private volatile ServerCertificate? _certificate;
    private volatile CertificateWatch? _watch;

    public IReadOnlyList<SshPublicKey> HostKeys => _hostKeys;

    public IReadOnlyList<X509Certificate2> Certificates => Look() is { } shown ? [shown.Certificate, .. shown.Chain] : [];

    public X509Certificate2? Root => Look()?.Root;

    public AnnouncedCertificate? NextCertificate => Look()?.Next is { TakesOver: { } day } next ? new AnnouncedCertificate(next.Certificate(), day) : null;

    /// <summary>Asked before each answer: whoever reads a page on a connection from before sees what new connections see.</summary>
    public void Follow(CertificateWatch watch) => _watch = watch;

    public void Use(ServerCertificate certificate) => _certificate = certificate;

    public void Use(HostKeySet keys) =>
        _hostKeys = [.. keys.Used.Concat(keys.Announced).Select(static key => key.PublicKey).Distinct().OrderByDescending(static key => key.KeyType == "ssh-ed25519")];

    private ServerCertificate? Look()
    {
        _watch?.Look();
        return _certificate;
    }
}
