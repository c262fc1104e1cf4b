namespace Waybill.Core.Keys;

/// <summary>A key that somebody offered for a login that has not got it. Anybody can offer any key for any user name: whose it is, is for staff to find out.</summary>
/// <param name="Sha256">Its fingerprint, as <c>SHA256:...</c>.</param>
/// <param name="Type">Its SSH type, as <c>ssh-ed25519</c>.</param>
/// <param name="Bits">Bits as OpenSSH counts them.</param>
/// <param name="Blob">The key itself in wire form.</param>
/// <param name="First">When it was first offered.</param>
/// <param name="Last">When it was last offered.</param>
/// <param name="Times">On how many connections.</param>
/// <param name="Address">From where, the last time.</param>
/// <param name="Client">By which program, the last time.</param>
public sealed record OfferedKey(
    string Sha256, string Type, int Bits, ReadOnlyMemory<byte> Blob, DateTimeOffset First, DateTimeOffset Last, long Times, string Address, string Client);
