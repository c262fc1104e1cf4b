using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Waybill.Sftp;

/// <summary>
/// The open handles of a session, at most <paramref name="limit"/>. What a client sends as handle is looked up by slot and compared whole, never trusted
/// (CVE-2025-5318, CVE-2025-48038: the string was taken as an index).
/// </summary>
internal sealed class SftpHandleTable(int limit)
{
    private SftpHandle?[] _slots = [];

    /// <summary>How many are open.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count >= limit;

    /// <summary>Every open handle.</summary>
    public IEnumerable<SftpHandle> Open => _slots.OfType<SftpHandle>();

    /// <summary>Gives <paramref name="handle"/> a slot and its name on the wire. Not to be called when <see cref="IsFull"/>.</summary>
    public void Add(SftpHandle handle)
    {
        var slot = Array.IndexOf(_slots, null);
        if (slot < 0)
        {
            slot = _slots.Length;
            Array.Resize(ref _slots, Math.Min(limit, Math.Max(4, 2 * slot)));
        }

        _slots[slot] = handle;
        Span<byte> nonce = stackalloc byte[SftpHandle.NonceLength];
        RandomNumberGenerator.Fill(nonce);
        handle.Name(slot, nonce);
        Count++;
    }

    public SftpHandle? Find(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SftpHandle.Length)
        {
            return null;
        }

        var slot = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return slot < (uint)_slots.Length && _slots[slot] is { } handle && handle.Bytes.SequenceEqual(bytes) ? handle : null;
    }

    public void Remove(SftpHandle handle)
    {
        _slots[Array.IndexOf(_slots, handle)] = null;
        Count--;
    }
}
