namespace Waybill.Sftp;

/// <summary>What an SFTP session has done so far. Written by the session alone, readable from anywhere.</summary>
public sealed class SftpStatistics
{
    private long _requests;
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>Requests taken.</summary>
    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Bytes of files sent to the client.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Bytes of files taken from the client.</summary>
    public long BytesWritten => Volatile.Read(ref _bytesWritten);

    internal void CountRequest() => Volatile.Write(ref _requests, _requests + 1);

    internal void CountRead(long bytes) => Volatile.Write(ref _bytesRead, _bytesRead + bytes);

    internal void CountWritten(long bytes) => Volatile.Write(ref _bytesWritten, _bytesWritten + bytes);
}
