namespace Waybill.Ssh.KeyExchange;

/// <summary>Why a client's KEXINIT is refused.</summary>
internal enum KexInitError
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Beyond <see cref="KexInit.Longest"/>.</summary>
    TooLong,

    /// <summary>A field reaches beyond its end.</summary>
    CutShort,

    /// <summary>Bytes follow its last field.</summary>
    LeftOver,
}
