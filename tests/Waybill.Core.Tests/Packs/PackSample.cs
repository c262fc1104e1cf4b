using System.Text;
using Waybill.Core.Logins;
using Waybill.Core.Packs;
using Waybill.SshKeys.Keys;
using Waybill.Storage;

namespace Waybill.Core.Tests.Packs;

/// <summary>Facts with known host keys, and one file of the pack made from them.</summary>
internal static class PackSample
{
    public const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg+F";

    public const string Ecdsa =
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCzZ8J1lMs7kk6OCbs16/T5QeC844/AYRhnPTj4K7+vILPhULQwpjynT7817GPJ33EfnqXax9/ZWBK8Oi8KPmTk=";

    public const string Ed25519Cache = "0x7ac06d440f8d8496f80c36975abd4772e43280338eeb6a42ea40f08170c154f3,0x50f82f2a14438519d4a660c69ad03f0d0acb15f6d0de9e6fa096b64321b6bbc";

    public const string EcdsaCache =
        "nistp256,0x2cd9f09d6532cee493a3826ecd7afd3e50782f38e3f0184619cf4e3e0aefebc8,0x2cf8542d0c298f29d3efcd7b18f277dc47e7a976b1f7f65604af0e8bc28f9939";

    public static PackFacts Facts { get; } = new(
        "10020", LoginKind.Customer, "10020", "Acme Ltd", null, "/", new PackProvider("Example"), [new PackEndpoint("sftp.example.com", 2222)], [new(Key(Ed25519)), new(Key(Ecdsa))],
        [new PackFolder("/cdr", FileRights.ReadOnly, 12), new PackFolder("/upload", FileRights.All, 12)], 12, new DateOnly(2026, 11, 21));

    public static SshPublicKey Key(string line)
    {
        Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(Convert.FromBase64String(line.Split(' ')[1]), out var key));
        return key!;
    }

    /// <summary>A file of the pack as text; the name as it is behind the user name.</summary>
    public static string File(string name, PackFacts? facts = null, params string[] keyFiles) => Encoding.UTF8.GetString(Bytes(name, facts, keyFiles));

    public static byte[] Bytes(string name, PackFacts? facts = null, params string[] keyFiles)
    {
        var pack = Pack(facts, keyFiles);
        return Assert.Single(pack.Files, file => file.Name == pack.Facts.Alias + name).Content.ToArray();
    }

    public static ConnectionPack Pack(PackFacts? facts = null, params string[] keyFiles) => PackFiles.Make(facts ?? Facts, PackKeyFiles.Of(keyFiles).Get()).Get();
}
