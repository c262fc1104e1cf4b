namespace Waybill.Net.Streams;

/// <summary>Sees the bytes of a transport as they go by, and changes none.</summary>
public interface ITransportWatch
{
    /// <summary>These came, as they were read.</summary>
    void NoteReceived(ReadOnlySpan<byte> piece);

    /// <summary>These are sent, as they are written.</summary>
    void NoteSent(ReadOnlySpan<byte> flight);
}
