namespace Waybill.Ssh.Hosting;

/// <summary>Where a connection stands, as far as it decides which messages the client may send.</summary>
[Flags]
internal enum ConnectionPhase
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Before the client's first KEXINIT.</summary>
    FirstKexInit = 1 << 0,

    /// <summary>First exchange: the packet of a wrong guess.</summary>
    FirstWrongGuess = 1 << 1,

    /// <summary>First exchange: the client's share.</summary>
    FirstShare = 1 << 2,

    /// <summary>First exchange: the client's NEWKEYS.</summary>
    FirstNewKeys = 1 << 3,

    /// <summary>Keys are in force; the client asks for ssh-userauth.</summary>
    Service = 1 << 4,

    /// <summary>The client authenticates.</summary>
    Authenticating = 1 << 5,

    /// <summary>Logged in.</summary>
    Open = 1 << 6,

    /// <summary>Later exchange, after the client's KEXINIT: the packet of a wrong guess.</summary>
    RekeyWrongGuess = 1 << 7,

    /// <summary>Later exchange: the client's share.</summary>
    RekeyShare = 1 << 8,

    /// <summary>Later exchange: the client's NEWKEYS.</summary>
    RekeyNewKeys = 1 << 9,

    /// <summary>The first exchange.</summary>
    FirstExchange = FirstKexInit | FirstWrongGuess | FirstShare | FirstNewKeys,

    /// <summary>Between the client's KEXINIT and its NEWKEYS of a later exchange.</summary>
    Rekey = RekeyWrongGuess | RekeyShare | RekeyNewKeys,

    /// <summary>Keys are in force and no exchange of the client's runs.</summary>
    Keyed = Service | Authenticating | Open,

    /// <summary>All.</summary>
    Any = FirstExchange | Keyed | Rekey,
}
