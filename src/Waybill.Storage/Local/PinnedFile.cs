using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Whatever a path names, pinned (O_PATH) and looked at, not yet opened for use.</summary>
/// <param name="File">The pin.</param>
/// <param name="Status">What it is.</param>
/// <param name="Path">Its real path inside the root.</param>
/// <param name="Indirect">Whether a link led here.</param>
internal readonly record struct PinnedFile(FileDescriptor File, Statx Status, VaultPath Path, bool Indirect) : IDisposable
{
    public FileKind Kind => Status.Kind;

    public void Dispose() => File?.Dispose();
}
