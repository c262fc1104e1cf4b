using System.Security.Cryptography.X509Certificates;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal;

/// <summary>By what customers know the server: the server says it, as it stands at the moment.</summary>
public interface IServerIdentity
{
    /// <summary>The host keys in use and announced, Ed25519 first.</summary>
    IReadOnlyList<SshPublicKey> HostKeys { get; }

    /// <summary>The certificate of the server itself, then those that it was signed with.</summary>
    IReadOnlyList<X509Certificate2> Certificates { get; }

    /// <summary>The root that the installation made for itself; null where the certificate is another authority's.</summary>
    X509Certificate2? Root { get; }
}
