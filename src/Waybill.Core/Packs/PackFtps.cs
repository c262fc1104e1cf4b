namespace Waybill.Core.Packs;

/// <summary>How a login that has a password connects by FTP over TLS. The password itself is in no pack.</summary>
/// <param name="Endpoints">Where to connect to: the main one, then others.</param>
/// <param name="RootPem">The root certificate that programs are to trust; null where they know the authority.</param>
/// <param name="Certificates">The certificate that the server shows, and the next one once it is announced.</param>
public sealed record PackFtps(IReadOnlyList<PackEndpoint> Endpoints, string? RootPem, IReadOnlyList<PackCertificate> Certificates);

/// <summary>A certificate by its fingerprints, as FileZilla and WinSCP show them.</summary>
/// <param name="Sha256">SHA-256 in small letters with colons.</param>
/// <param name="Sha1">SHA-1 in small letters with colons.</param>
/// <param name="TakesOver">The day from which on it is shown; null for the present one.</param>
public sealed record PackCertificate(string Sha256, string Sha1, DateOnly? TakesOver = null);
