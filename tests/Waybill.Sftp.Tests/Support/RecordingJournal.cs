using Waybill.Storage;

namespace Waybill.Sftp.Tests.Support;

/// <summary>Keeps what was recorded, and can fail.</summary>
internal sealed class RecordingJournal : IFileJournal
{
    public List<FileEvent> Events { get; } = [];

    public StoreError Fails { get; set; }

    /// <summary>When set, recording waits for it.</summary>
    public Task? Gate { get; set; }

    public async ValueTask<StoreError> RecordAsync(FileEvent fileEvent)
    {
        if (Gate is { } gate)
        {
            await gate;
        }

        lock (Events)
        {
            Events.Add(fileEvent);
        }

        return Fails;
    }
}
