using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.StateMatrix;

/// <summary>For each message number a payload as its RFC has it, so that it is refused for its place and not for its shape.</summary>
internal static class MessageBodies
{
    public static byte[] Of(byte number, RawSshClient client, SshUser user)
    {
        var message = new MessageBuilder(number);
        return number switch
        {
            SshMessage.Disconnect => message.UInt32(11).String("bye").String("").ToArray(),
            SshMessage.Ignore => message.String("ignored").ToArray(),
            SshMessage.Unimplemented => message.UInt32(0).ToArray(),
            SshMessage.Debug => message.Boolean(true).String("look").String("").ToArray(),
            SshMessage.ServiceRequest or SshMessage.ServiceAccept => message.String("ssh-userauth").ToArray(),
            SshMessage.ExtInfo => message.UInt32(1).String("no-flow-control").String("p").ToArray(),
            SshMessage.KexInit => client.Offer.ToPayload(),
            SshMessage.NewKeys => message.ToArray(),
            SshMessage.KexInitShare => message.String(new SeededRandom(9).Bytes(32)).ToArray(),
            SshMessage.KexReply => message.String("").String(new byte[32]).String("").ToArray(),
            SshMessage.UserAuthRequest when client.SessionId.Length > 0 => client.SignedRequest(user.Name, user.Key),
            SshMessage.UserAuthRequest => RawSshClient.AuthenticationRequest(user.Name, "none").ToArray(),
            SshMessage.UserAuthFailure => message.String("publickey").Boolean(false).ToArray(),
            SshMessage.UserAuthBanner => message.String("hello").String("").ToArray(),
            SshMessage.UserAuthPkOk => message.String(user.Key.PublicKey.KeyType).String(user.Key.PublicKey.Blob.Span).ToArray(),
            SshMessage.UserAuthInfoResponse => message.UInt32(1).String("secret").ToArray(),
            SshMessage.GlobalRequest => message.String("keepalive@openssh.com").Boolean(true).ToArray(),
            SshMessage.ChannelOpen => RawSshClient.OpenRequest(77, 1 << 20, 1 << 15),
            SshMessage.ChannelOpenConfirmation => message.UInt32(0).UInt32(0).UInt32(1 << 20).UInt32(1 << 15).ToArray(),
            SshMessage.ChannelOpenFailure => message.UInt32(0).UInt32(1).String("no").String("").ToArray(),
            SshMessage.ChannelWindowAdjust => message.UInt32(0).UInt32(1).ToArray(),
            SshMessage.ChannelData => message.UInt32(0).String("data").ToArray(),
            SshMessage.ChannelExtendedData => message.UInt32(0).UInt32(1).String("data").ToArray(),
            SshMessage.ChannelEof or SshMessage.ChannelClose or SshMessage.ChannelSuccess or SshMessage.ChannelFailure => message.UInt32(0).ToArray(),
            SshMessage.ChannelRequest => message.UInt32(0).String("subsystem").Boolean(true).String("echo").ToArray(),
            _ => message.String("body").ToArray(),
        };
    }
}
