using Microsoft.Win32.SafeHandles;

namespace Waybill.Storage.Local.Native;

/// <summary>An open file descriptor. A call in flight keeps it open, so a number is never reused under a running operation.</summary>
internal sealed class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    public FileDescriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>No file: using it throws instead of hitting another file.</summary>
    public static FileDescriptor Closed { get; } = new(-1);

    /// <summary>What gets a place back when this is closed, which happens exactly once.</summary>
    public OpenFileBudget? Budget { get; set; }

    protected override bool ReleaseHandle()
    {
        Budget?.Return();
        return Libc.Close((int)handle) == 0;
    }
}
