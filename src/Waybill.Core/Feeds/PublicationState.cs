namespace Waybill.Core.Feeds;

/// <summary>Where a set of files is on its way.</summary>
public enum PublicationState
{
    /// <summary>Being written, hidden. Interrupted, it is undone.</summary>
    Staging,

    /// <summary>Decided and recorded, being shown. Interrupted, it is finished.</summary>
    Committing,

    /// <summary>In the customer's folder.</summary>
    Published,

    /// <summary>Hidden, because one of its files is a duplicate: waits for release or discard.</summary>
    Held,

    /// <summary>Undone: nothing of it is there.</summary>
    Failed,

    /// <summary>Hidden files that the provider let go.</summary>
    Discarded,

    /// <summary>Being taken back. Interrupted, it is finished.</summary>
    Recalling,

    /// <summary>Taken back: hidden, not destroyed.</summary>
    Recalled,

    /// <summary>Delivered under another name and being held instead of renamed. Interrupted, it is finished.</summary>
    Holding,
}
