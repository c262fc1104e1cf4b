namespace Waybill.Storage.Local;

/// <summary>
/// The files and directories that all sessions at one root may have open together. Each session bounds its own handles, but one login may have many sessions: without
/// this it could take every descriptor of the process, and with them everybody else's service.
/// </summary>
internal sealed class OpenFileBudget(int limit)
{
    private int _open;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _open) <= limit)
        {
            return true;
        }

        Return();
        return false;
    }

    public void Return() => Interlocked.Decrement(ref _open);
}
