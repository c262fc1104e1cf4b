using Waybill.SshKeys.Keys;

namespace Waybill.Fuzz;

/// <summary>Fixed keys, so that recorded inputs stay good. They protect nothing.</summary>
internal static class FuzzKeys
{
    public static SshPrivateKey Ed25519 { get; } = SshPrivateKeys.FromEd25519Seed("waybill fuzz key, protects noone"u8);

    public static IReadOnlyList<(string Name, SshPrivateKey Key)> All { get; } =
    [
        ("ed25519", Ed25519),
        ("p256", Ecdsa("nistP256", 32)),
        ("p384", Ecdsa("nistP384", 48)),
        ("p521", Ecdsa("nistP521", 66)),
    ];

    private static EcdsaPrivateKey Ecdsa(string curve, int length)
    {
        // Any number below the order is a key; the public half follows from it.
        var d = new byte[length];
        d.AsSpan(length - 31).Fill(0x5A);
        using var key = System.Security.Cryptography.ECDsa.Create(
            new System.Security.Cryptography.ECParameters { Curve = System.Security.Cryptography.ECCurve.CreateFromFriendlyName(curve), D = d });
        return SshPrivateKeys.FromEcdsa(key.ExportParameters(includePrivateParameters: true));
    }
}
