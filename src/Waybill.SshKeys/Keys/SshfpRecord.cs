namespace Waybill.SshKeys.Keys;

/// <summary>The data of an SSHFP resource record (RFC 4255, 6594, 7479).</summary>
/// <param name="Algorithm">1 RSA, 3 ECDSA, 4 Ed25519.</param>
/// <param name="HashType">1 SHA-1, 2 SHA-256.</param>
/// <param name="Hash">Over the key blob, in lower-case hex.</param>
public sealed record SshfpRecord(int Algorithm, int HashType, string Hash)
{
    /// <summary>The record's data as zone files have it.</summary>
    public override string ToString() => $"{Algorithm} {HashType} {Hash}";

    /// <summary>The whole line for a zone file.</summary>
    public string ToZoneLine(string host) => $"{host} IN SSHFP {this}";
}
