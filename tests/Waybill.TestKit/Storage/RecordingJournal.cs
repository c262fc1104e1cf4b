using Waybill.Storage;

namespace Waybill.TestKit.Storage;

/// <summary>Keeps what was recorded, and can fail.</summary>
public sealed class RecordingJournal : IFileJournal
{
    public List<FileEvent> Events { get; } = [];

    public StoreError Fails { get; set; }

    /// <summary>When set, recording waits for it.</summary>
    public Task? Gate { get; set; }

    /// <summary>Completes when recording has begun to wait for <see cref="Gate"/>.</summary>
    public TaskCompletionSource AtGate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<StoreError> RecordAsync(FileEvent fileEvent)
    {
        if (Gate is { } gate)
        {
            AtGate.TrySetResult();
            await gate;
        }

        lock (Events)
        {
            Events.Add(fileEvent);
        }

        return Fails;
    }
}
