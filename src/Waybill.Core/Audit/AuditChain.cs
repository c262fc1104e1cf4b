using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Audit;

/// <summary>
/// The keyed chain: hash(n) = HMAC-SHA256(key, encoding of row n with hash(n - 1)). Without the key, which lies outside the database, nobody can make a row
/// or a chain that fits.
/// </summary>
internal static class AuditChain
{
    public const int HashLength = 32;

    // Keeps these hashes apart from the anchor's, which have the same key, and from those of a later encoding.
    private static ReadOnlySpan<byte> Domain => "waybill-audit-row-1"u8;

    /// <summary>
    /// <code>
    /// byte[19]  "waybill-audit-row-1"
    /// int64     sequence
    /// int64     time
    /// text      actor_kind, actor, action, account, subject, address, connection, outcome, detail: int32 length in bytes (-1: NULL), UTF-8
    /// byte[32]  hash of the row before; zeros for the first
    /// </code>
    /// </summary>
    public static byte[] Hash(ReadOnlySpan<byte> key, AuditRow row)
    {
        ReadOnlySpan<string?> texts = [row.ActorKind, row.Actor, row.Action, row.Account, row.Subject, row.Address, row.Connection, row.Outcome, row.Detail];
        var size = Domain.Length + 16 + row.Previous.Length;
        foreach (var text in texts)
        {
            size += 4 + Encoding.UTF8.GetMaxByteCount(text?.Length ?? 0);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            Domain.CopyTo(buffer);
            var at = Domain.Length;
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(at), row.Sequence);
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(at + 8), row.Time);
            at += 16;
            foreach (var text in texts)
            {
                var length = text is null ? -1 : Encoding.UTF8.GetBytes(text, buffer.AsSpan(at + 4));
                BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(at), length);
                at += 4 + Math.Max(0, length);
            }

            row.Previous.CopyTo(buffer, at);
            return HMACSHA256.HashData(key, buffer.AsSpan(0, at + row.Previous.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
