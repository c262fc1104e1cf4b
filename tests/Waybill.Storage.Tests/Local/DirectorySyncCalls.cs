using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>What happens once before the next sync of a directory: the name is in place then.</summary>
internal sealed class DirectorySyncCalls : UploadCalls
{
    public Action? Before { get; set; }

    public override int SyncDirectory(FileDescriptor directory)
    {
        var before = Before;
        Before = null;
        before?.Invoke();
        return base.SyncDirectory(directory);
    }
}
