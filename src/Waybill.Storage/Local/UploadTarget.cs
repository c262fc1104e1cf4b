using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Where an upload will be published.</summary>
/// <param name="Directory">The directory, pinned.</param>
/// <param name="Name">The name in it.</param>
/// <param name="Path">Its real path when it was opened; since then the directory may have got another one.</param>
/// <param name="MustBeNew">Whether a file of that name makes the commit fail.</param>
/// <param name="IfTaken">What the client is told then: the name exists, or it has no right to replace.</param>
internal sealed record UploadTarget(FileDescriptor Directory, byte[] Name, VaultPath Path, bool MustBeNew, StoreError IfTaken);
