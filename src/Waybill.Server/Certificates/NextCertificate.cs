using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;

namespace Waybill.Server.Certificates;

/// <summary>The certificate that will take the present one's place, with its key: one file, so that it is there whole or not at all.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="KeyPem">Its private key.</param>
/// <param name="Made">When it was made.</param>
internal sealed record NextCertificate(string CertificatePem, string KeyPem, DateTimeOffset Made)
{
    /// <summary>When people were told of it; null as long as nobody is.</summary>
    public DateTimeOffset? Announced { get; init; }

    /// <summary>The day on which it takes over, in the provider's time zone.</summary>
    public DateOnly? TakesOver { get; init; }

    /// <summary>The certificate without its key.</summary>
    public X509Certificate2 Certificate() => X509Certificate2.CreateFromPem(CertificatePem);

    /// <summary>Both.</summary>
    public X509Certificate2 WithKey() => X509Certificate2.CreateFromPem(CertificatePem, KeyPem);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NextCertificate))]
internal sealed partial class NextCertificateJson : JsonSerializerContext;
