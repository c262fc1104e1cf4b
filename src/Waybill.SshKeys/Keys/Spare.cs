namespace Waybill.SshKeys.Keys;

/// <summary>
/// .NET does not promise that one key object may be used by two threads. So a user takes the spare one, or makes another when it is in use,
/// and puts it back; one that is too many, or whose use failed, is left to be disposed of.
/// </summary>
internal sealed class Spare<T>(Func<T> create)
    where T : class, IDisposable
{
    private T? _spare;

    public T Take() => Interlocked.Exchange(ref _spare, null) ?? create();

    public void Return(T item) => Interlocked.Exchange(ref _spare, item)?.Dispose();

    /// <summary>Lets go of the spare one.</summary>
    public void Drop() => Interlocked.Exchange(ref _spare, null)?.Dispose();
}
