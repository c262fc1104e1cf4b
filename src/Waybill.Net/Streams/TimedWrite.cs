namespace Waybill.Net.Streams;

/// <summary>Writes to a peer that may not read.</summary>
public static class TimedWrite
{
    /// <summary>Writes; false when it was not done within that time. The write goes on, and the connection must end.</summary>
    public static async ValueTask<bool> TryWriteAsync(this Stream stream, ReadOnlyMemory<byte> bytes, TimeSpan allowed, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var writing = stream.WriteAsync(bytes, CancellationToken.None);
        if (writing.IsCompleted)
        {
            await writing.ConfigureAwait(false);
            return true;
        }

        try
        {
            await writing.AsTask().WaitAsync(allowed, time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
