namespace Waybill.Portal.People;

/// <summary>Exports that are sent at once: each reads the audit from its beginning.</summary>
internal sealed class ExportTurns : IDisposable
{
    private readonly SemaphoreSlim _turns = new(PortalLimits.Exports);

    /// <summary>Takes a turn; false when there is none.</summary>
    public bool TryBegin() => _turns.Wait(0);

    public void End() => _turns.Release();

    public void Dispose() => _turns.Dispose();
}
