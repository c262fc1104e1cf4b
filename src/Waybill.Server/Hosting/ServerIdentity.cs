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

    public IReadOnlyList<SshPublicKey> HostKeys => _hostKeys;

    public IReadOnlyList<X509Certificate2> Certificates => _certificate is { } shown ? [shown.Certificate, .. shown.Chain] : [];

    public X509Certificate2? Root => _certificate?.Root;

    public void Use(ServerCertificate certificate) => _certificate = certificate;

    public void Use(HostKeySet keys) =>
        _hostKeys = [.. keys.Used.Concat(keys.Announced).Select(static key => key.PublicKey).Distinct().OrderByDescending(static key => key.KeyType == "ssh-ed25519")];
}
