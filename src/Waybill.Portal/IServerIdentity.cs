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

    /// <summary>The root that clients are to trust: the installation's own, or the operator's; null where clients know the authority.</summary>
    X509Certificate2? Root { get; }

    /// <summary>The certificate that is announced to take over; null when none is.</summary>
    AnnouncedCertificate? NextCertificate { get; }
}

/// <summary>A certificate that takes over on a day.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="TakesOver">The day, in the provider's time zone.</param>
public sealed record AnnouncedCertificate(X509Certificate2 Certificate, DateOnly TakesOver);
