namespace Waybill.Conformance.Tests.StateMatrix;

/// <summary>Where a connection can stand when a message comes.</summary>
internal enum ConnectionState
{
    BeforeVersion,
    BeforeKexInit,
    DuringKeyExchange,
    AwaitingNewKeys,
    BeforeServiceRequest,
    AfterServiceRequest,
    DuringAuthentication,
    Authenticated,
    ChannelOpen,
    DuringRekey,
    RekeyAwaitingNewKeys,
}

/// <summary>What a message may come to. A cell of the matrix allows one or several.</summary>
[Flags]
internal enum CellOutcome
{
    /// <summary>The connection ended.</summary>
    Ended = 1,

    /// <summary>Nothing happened, and the connection went on to a login.</summary>
    Ignored = 2,

    /// <summary>SSH_MSG_UNIMPLEMENTED came back, and the connection went on to a login.</summary>
    Unimplemented = 4,

    /// <summary>It is the next step, or an answer is due, and the connection goes on to a login.</summary>
    Legal = 8,
}
