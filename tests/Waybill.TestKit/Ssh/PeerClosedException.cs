namespace Waybill.TestKit.Ssh;

/// <summary>The server closed or broke the connection where the client waited for a packet.</summary>
public sealed class PeerClosedException(string message, Exception? inner = null) : IOException(message, inner);
