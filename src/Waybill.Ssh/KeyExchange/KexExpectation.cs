namespace Waybill.Ssh.KeyExchange;

/// <summary>What a key exchange waits for.</summary>
internal enum KexExpectation
{
    /// <summary>A KEXINIT, which may come at any time.</summary>
    KexInit,

    /// <summary>The packet that the client sent by a wrong guess; it is ignored.</summary>
    WrongGuess,

    /// <summary>The client's share.</summary>
    Share,

    /// <summary>NEWKEYS.</summary>
    NewKeys,
}
