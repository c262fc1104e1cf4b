using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>What happens once around an exchange.</summary>
internal sealed class ExchangeCalls : UploadCalls
{
    public Action? Before { get; set; }

    public Action? After { get; set; }

    public override int Publish(FileDescriptor sourceDirectory, ReadOnlySpan<byte> temporary, FileDescriptor targetDirectory, ReadOnlySpan<byte> name, uint flags)
    {
        if (flags != OpenFlags.RenameExchange)
        {
            return base.Publish(sourceDirectory, temporary, targetDirectory, name, flags);
        }

        var (before, after) = (Before, After);
        (Before, After) = (null, null);
        before?.Invoke();
        var errno = base.Publish(sourceDirectory, temporary, targetDirectory, name, flags);
        after?.Invoke();
        return errno;
    }
}
