using System.Security.Cryptography;
using Waybill.SshKeys.Keys;

namespace Waybill.TestKit;

/// <summary>A key as the services see one: a type and a blob. None of them verifies a signature.</summary>
public sealed class TestKey(byte[] blob) : SshPublicKey
{
    public override string KeyType => "ssh-ed25519";

    public override ReadOnlyMemory<byte> Blob => blob;

    public override int Bits => 256;

    public override IReadOnlyList<string> SignatureAlgorithms => [KeyType];

    public string Sha256 => KeyFingerprint.Sha256(blob);

    public string Md5 => KeyFingerprint.Md5(blob);

    public static TestKey Create() => new([0, 0, 0, 11, .. "ssh-ed25519"u8, 0, 0, 0, 32, .. RandomNumberGenerator.GetBytes(32)]);

    internal override SignatureVerdict Judge(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => throw new NotSupportedException();
}
