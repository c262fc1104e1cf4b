namespace Waybill.Core.Packs;

/// <summary>Which programs a listener takes, as far as a pack differs by it.</summary>
public enum PackPolicy
{
    /// <summary>Today's programs; no curl with libssh2 before 1.11.0.</summary>
    Modern,

    /// <summary>Older ones too; it offers ECDSA host keys.</summary>
    Compat,

    /// <summary>Only programs with a post-quantum key exchange, of which libssh2 has none.</summary>
    PostQuantum,
}
