using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>A name in a directory that is held open: where the *at() calls act.</summary>
/// <param name="Directory">The parent, pinned (O_PATH).</param>
/// <param name="Path">The name's real path inside the root, links of the parent resolved.</param>
/// <param name="Indirect">Whether a link led here, so that the rights of the path as the client wrote it say nothing.</param>
internal readonly record struct Location(FileDescriptor Directory, VaultPath Path, bool Indirect) : IDisposable
{
    public ReadOnlySpan<byte> Name => Path.Name;

    public void Dispose() => Directory?.Dispose();
}
