using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>The key exchange methods by their SSH names.</summary>
public static class KeyAgreements
{
    private static readonly KeyAgreement[] All =
    [
        new MlKemKeyAgreement(),
        new Curve25519KeyAgreement("curve25519-sha256"),
        new Curve25519KeyAgreement("curve25519-sha256@libssh.org"),
        new NistKeyAgreement("ecdh-sha2-nistp256", EcCurve.P256),
        new NistKeyAgreement("ecdh-sha2-nistp384", EcCurve.P384),
        new NistKeyAgreement("ecdh-sha2-nistp521", EcCurve.P521),
        new ModpKeyAgreement("diffie-hellman-group16-sha512", ModpGroup.Group16, HashAlgorithmName.SHA512),
        new ModpKeyAgreement("diffie-hellman-group14-sha256", ModpGroup.Group14, HashAlgorithmName.SHA256),
    ];

    /// <summary>Every method, also those that this machine's libraries lack (<see cref="KeyAgreement.IsSupported"/>).</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(agreement => agreement.Name)];

    /// <summary>The method of that name, or none.</summary>
    public static KeyAgreement? Find(string name) => Array.Find(All, agreement => agreement.Name == name);
}
