using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.StateMatrix;

/// <summary>
/// What the RFCs and strict key exchange allow, written down once more and apart from the server's own table: RFC 4253 sections 7.1, 11 and 12,
/// RFC 4252 sections 5.1 and 6, RFC 8308 section 2.4, PROTOCOL of OpenSSH section 1.10 (strict key exchange).
/// </summary>
internal static class AllowedOutcomes
{
    public static CellOutcome Of(ConnectionState state, int number, bool strict) => state switch
    {
        ConnectionState.BeforeVersion => CellOutcome.Ended,
        ConnectionState.BeforeKexInit => InitialExchange(number, SshMessage.KexInit, strict),
        ConnectionState.DuringKeyExchange => InitialExchange(number, SshMessage.KexInitShare, strict),
        ConnectionState.AwaitingNewKeys => InitialExchange(number, SshMessage.NewKeys, strict),
        ConnectionState.BeforeServiceRequest => Unauthenticated(number, SshMessage.ServiceRequest),
        ConnectionState.AfterServiceRequest or ConnectionState.DuringAuthentication => Unauthenticated(number, SshMessage.UserAuthRequest),
        ConnectionState.Authenticated or ConnectionState.ChannelOpen => Authenticated(number, state == ConnectionState.ChannelOpen),
        ConnectionState.DuringRekey => Rekey(number, SshMessage.KexInitShare),
        _ => Rekey(number, SshMessage.NewKeys),
    };

    private static CellOutcome InitialExchange(int number, int expected, bool strict) => number switch
    {
        _ when number == expected => CellOutcome.Legal,
        // Terrapin needs messages that change a sequence number and nothing else: strict key exchange ends at each of them.
        SshMessage.Ignore or SshMessage.Debug => strict ? CellOutcome.Ended : CellOutcome.Ignored,
        SshMessage.Unimplemented => strict ? CellOutcome.Ended : CellOutcome.Ignored | CellOutcome.Ended,
        _ => CellOutcome.Ended,
    };

    private static CellOutcome Unauthenticated(int number, int expected) => number switch
    {
        _ when number == expected => CellOutcome.Legal,
        SshMessage.Disconnect => CellOutcome.Ended,
        SshMessage.Ignore or SshMessage.Debug or SshMessage.Unimplemented => CellOutcome.Ignored,
        // A client may ask for the service again; nothing is gained by it.
        SshMessage.ServiceRequest => CellOutcome.Legal | CellOutcome.Ended | CellOutcome.Ignored,
        SshMessage.ExtInfo => CellOutcome.Ignored | CellOutcome.Ended,
        // A key exchange before the login is legal in the RFC and refused by OpenSSH.
        SshMessage.KexInit => CellOutcome.Legal | CellOutcome.Ended,
        SshMessage.NewKeys => CellOutcome.Ended,
        >= 30 and <= 49 => CellOutcome.Ended,
        // Numbers of user authentication that nobody has assigned.
        >= 54 and <= 59 => CellOutcome.Ended | CellOutcome.Unimplemented,
        // What only a server sends (CVE-2018-10933), and messages of methods that are not offered.
        >= 50 and <= 79 => CellOutcome.Ended,
        // RFC 4252 section 6: MUST disconnect (CVE-2025-32433).
        >= 80 => CellOutcome.Ended,
        _ => CellOutcome.Unimplemented | CellOutcome.Ended,
    };

    private static CellOutcome Authenticated(int number, bool channelOpen) => number switch
    {
        SshMessage.Disconnect => CellOutcome.Ended,
        SshMessage.Ignore or SshMessage.Debug or SshMessage.Unimplemented => CellOutcome.Ignored,
        SshMessage.KexInit or SshMessage.GlobalRequest or SshMessage.ChannelOpen => CellOutcome.Legal,
        SshMessage.NewKeys => CellOutcome.Ended,
        >= 30 and <= 49 => CellOutcome.Ended,
        // RFC 4252 section 5.1: silently ignored after the success.
        SshMessage.UserAuthRequest => CellOutcome.Ignored | CellOutcome.Ended,
        SshMessage.RequestSuccess or SshMessage.RequestFailure => CellOutcome.Ignored | CellOutcome.Ended,
        SshMessage.ChannelOpenConfirmation or SshMessage.ChannelOpenFailure => CellOutcome.Ignored | CellOutcome.Ended | CellOutcome.Unimplemented,
        SshMessage.ChannelSuccess or SshMessage.ChannelFailure => CellOutcome.Ignored | CellOutcome.Ended,
        >= SshMessage.ChannelWindowAdjust and <= SshMessage.ChannelRequest => channelOpen ? CellOutcome.Legal : CellOutcome.Ended,
        SshMessage.ServiceRequest or SshMessage.ServiceAccept or SshMessage.ExtInfo => CellOutcome.Ended | CellOutcome.Ignored | CellOutcome.Unimplemented,
        _ => CellOutcome.Unimplemented | CellOutcome.Ended,
    };

    private static CellOutcome Rekey(int number, int expected) => number switch
    {
        _ when number == expected => CellOutcome.Legal,
        SshMessage.Disconnect => CellOutcome.Ended,
        // Strict key exchange watches the first exchange only.
        SshMessage.Ignore or SshMessage.Debug => CellOutcome.Ignored,
        SshMessage.Unimplemented => CellOutcome.Ignored | CellOutcome.Ended,
        // Transport messages that nobody has assigned; RFC 4253 section 7.1 lets them come during an exchange.
        >= 8 and <= 19 => CellOutcome.Unimplemented | CellOutcome.Ended,
        _ => CellOutcome.Ended,
    };
}
