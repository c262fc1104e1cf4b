using System.Security.Cryptography.X509Certificates;

namespace Waybill.Core.Certificates;

/// <summary>An announced change of the server's certificate.</summary>
/// <param name="Present">The one that clients see now.</param>
/// <param name="Next">The one that takes its place.</param>
/// <param name="TakesOver">The day, in the provider's time zone.</param>
/// <param name="Announced">When it was announced.</param>
/// <param name="Page">The portal's page with all fingerprints; null without a portal.</param>
public sealed record CertificateChange(X509Certificate2 Present, X509Certificate2 Next, DateOnly TakesOver, DateTimeOffset Announced, string? Page);
