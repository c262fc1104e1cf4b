using System.Buffers.Binary;
using System.Text;

namespace Waybill.Core.People;

/// <summary>
/// What one browser has done of a sign-up: the hash of the password and the secret of the authenticator. It lies sealed in that browser alone, so that whoever opened
/// the same link before, as a mail scanner does, knows nothing of the secret that is proven in the end.
/// </summary>
/// <param name="Expires">When it counts no more.</param>
/// <param name="Secret">The authenticator's secret.</param>
/// <param name="Password">The password's hash.</param>
internal sealed record SignUpDraft(DateTimeOffset Expires, byte[] Secret, string Password)
{
    private const int HeadLength = sizeof(long) + Totp.SecretLength;

    public byte[] Pack()
    {
        var bytes = new byte[HeadLength + Encoding.UTF8.GetByteCount(Password)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Expires.ToUnixTimeMilliseconds());
        Secret.CopyTo(bytes, sizeof(long));
        Encoding.UTF8.GetBytes(Password, bytes.AsSpan(HeadLength));
        return bytes;
    }

    /// <summary>Reads what <see cref="Pack"/> wrote; the seal shows that it did.</summary>
    public static SignUpDraft Unpack(ReadOnlySpan<byte> bytes) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes)), bytes[sizeof(long)..HeadLength].ToArray(), Encoding.UTF8.GetString(bytes[HeadLength..]));
}
