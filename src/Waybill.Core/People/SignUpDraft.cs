using System.Buffers.Binary;
using System.Text;

namespace Waybill.Core.People;

/// <summary>
/// What one browser has done of a sign-up: the hash of the password and the secret of the authenticator. It lies sealed in that browser alone, so that whoever opened
/// the same link before, as a mail scanner does, knows nothing of the secret that is proven in the end.
/// </summary>
/// <param name="Expires">When it counts no more.</param>
/// <param name="IsStaff">It has shown what somebody with a role at the provider must.</param>
/// <param name="Secret">The authenticator's secret.</param>
/// <param name="Password">The password's hash.</param>
internal sealed record SignUpDraft(DateTimeOffset Expires, bool IsStaff, byte[] Secret, string Password)
{
    private const int FlagAt = sizeof(long);
    private const int SecretAt = FlagAt + 1;
    private const int HeadLength = SecretAt + Totp.SecretLength;

    public byte[] Pack()
    {
        var bytes = new byte[HeadLength + Encoding.UTF8.GetByteCount(Password)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Expires.ToUnixTimeMilliseconds());
        bytes[FlagAt] = IsStaff ? (byte)1 : (byte)0;
        Secret.CopyTo(bytes, SecretAt);
        Encoding.UTF8.GetBytes(Password, bytes.AsSpan(HeadLength));
        return bytes;
    }

    /// <summary>Reads what <see cref="Pack"/> wrote; the seal shows that it did.</summary>
    public static SignUpDraft Unpack(ReadOnlySpan<byte> bytes) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes)), bytes[FlagAt] != 0, bytes[SecretAt..HeadLength].ToArray(), Encoding.UTF8.GetString(bytes[HeadLength..]));
}
