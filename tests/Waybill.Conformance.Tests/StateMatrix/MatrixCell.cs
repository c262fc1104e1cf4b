using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.StateMatrix;

/// <summary>Brings a connection to a state, sends one message, and tries to go on to a login as if nothing had happened.</summary>
internal sealed class MatrixCell(ServerUnderTest server, ConnectionState state, bool strict)
{
    private readonly RawKexInit _offer = strict ? new RawKexInit() : new RawKexInit().NotStrict();
    private byte[] _share = [];

    /// <summary>Runs it.</summary>
    /// <returns>What the message came to, and for a connection that ended the server's reason.</returns>
    public async Task<(CellOutcome Outcome, SshEndReason? Reason)> RunAsync(byte number, bool plaintext)
    {
        await using var connection = server.Connect();
        var client = connection.Client;
        client.Offer = _offer;
        await ReachAsync(client);
        var payload = MessageBodies.Of(number, client, ServerUnderTest.User);
        try
        {
            if (plaintext)
            {
                var sealer = client.Transport.Sealer;
                client.Transport.Sealer = null;
                // Of a length that the cipher could have, and with room for a tag, so that only the tag can give it away.
                var padding = 32 - ((1 + payload.Length) % sealer!.BlockSize);
                var packet = client.Transport.Seal(payload, padding, (uint)(1 + payload.Length + padding));
                client.Transport.Sealer = sealer;
                await client.Transport.SendRawAsync((byte[])[.. packet, .. new byte[sealer.TagLength]]);
            }
            else
            {
                await client.Transport.SendPacketAsync(payload);
            }

            await GoOnAsync(connection);
        }
        catch (PeerClosedException)
        {
            return (CellOutcome.Ended, (await connection.ReportAsync()).Reason);
        }

        return (client.Unimplemented.Count > 0 ? CellOutcome.Unimplemented : CellOutcome.Ignored, null);
    }

    /// <summary>Sends the one message that is legal here; the connection must take it, take the next steps up to the login and answer.</summary>
    public async Task AdvanceAsync(byte number)
    {
        await using var connection = server.Connect();
        var client = connection.Client;
        client.Offer = _offer;
        await ReachAsync(client);
        if (state is not (ConnectionState.Authenticated or ConnectionState.ChannelOpen))
        {
            // The first step from here is this message.
            await GoOnAsync(connection);
            return;
        }

        switch (number)
        {
            case SshMessage.KexInit:
                await client.SendKexInitAsync();
                await client.ReceiveKexInitAsync();
                await client.Transport.SendPacketAsync(client.StartExchange());
                await client.ReceiveKexReplyAsync();
                await client.SendNewKeysAsync();
                await client.ReceiveNewKeysAsync();
                break;
            case SshMessage.ChannelOpen:
                await client.OpenChannelAsync();
                break;
            default:
                await client.SendAsync(MessageBodies.Of(number, client, ServerUnderTest.User));
                break;
        }

        // What the channel answers has tests of its own; here the connection lives and has not taken the message for an unknown one.
        await client.SendAsync(MessageBodies.Of(SshMessage.GlobalRequest, client, ServerUnderTest.User));
        byte[] answer;
        do
        {
            answer = await client.ReceiveAsync();
        }
        while (answer[0] is >= SshMessage.ChannelOpen and <= SshMessage.ChannelFailure);
        Assert.True(answer[0] is SshMessage.RequestSuccess or SshMessage.RequestFailure, $"message {number} in state {state} was answered by message {answer[0]}");
        Assert.Empty(client.Unimplemented);
    }

    private async Task ReachAsync(RawSshClient client)
    {
        if (state == ConnectionState.BeforeVersion)
        {
            return;
        }

        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        if (state == ConnectionState.BeforeKexInit)
        {
            return;
        }

        await client.SendKexInitAsync();
        await client.ReceiveKexInitAsync();
        if (state == ConnectionState.DuringKeyExchange)
        {
            return;
        }

        await client.Transport.SendPacketAsync(client.StartExchange());
        await client.ReceiveKexReplyAsync();
        if (state == ConnectionState.AwaitingNewKeys)
        {
            return;
        }

        await client.SendNewKeysAsync();
        await client.ReceiveNewKeysAsync();
        if (state == ConnectionState.BeforeServiceRequest)
        {
            return;
        }

        await client.RequestServiceAsync();
        if (state == ConnectionState.AfterServiceRequest)
        {
            return;
        }

        if (state == ConnectionState.DuringAuthentication)
        {
            await client.TryNoneAsync(ServerUnderTest.User.Name);
            return;
        }

        Assert.True((await client.SignInAsync(ServerUnderTest.User.Name, ServerUnderTest.User.Key)).Success);
        if (state == ConnectionState.ChannelOpen)
        {
            await client.OpenChannelAsync();
        }

        if (state is ConnectionState.DuringRekey or ConnectionState.RekeyAwaitingNewKeys)
        {
            await client.SendKexInitAsync();
            await client.ReceiveKexInitAsync();
            _share = client.StartExchange();
        }

        if (state == ConnectionState.RekeyAwaitingNewKeys)
        {
            await client.Transport.SendPacketAsync(_share);
            await client.ReceiveKexReplyAsync();
        }
    }

    private async Task GoOnAsync(ServerConnection connection)
    {
        var client = connection.Client;
        switch (state)
        {
            case ConnectionState.BeforeVersion:
                await client.SendVersionAsync();
                await client.ReceiveVersionAsync();
                goto case ConnectionState.BeforeKexInit;
            case ConnectionState.BeforeKexInit:
                await client.SendKexInitAsync();
                await client.ReceiveKexInitAsync();
                goto case ConnectionState.DuringKeyExchange;
            case ConnectionState.DuringKeyExchange:
                await client.Transport.SendPacketAsync(client.StartExchange());
                await client.ReceiveKexReplyAsync();
                goto case ConnectionState.AwaitingNewKeys;
            case ConnectionState.AwaitingNewKeys:
                await client.SendNewKeysAsync();
                await client.ReceiveNewKeysAsync();
                goto case ConnectionState.BeforeServiceRequest;
            case ConnectionState.BeforeServiceRequest:
                await client.RequestServiceAsync();
                goto case ConnectionState.AfterServiceRequest;
            case ConnectionState.AfterServiceRequest:
            case ConnectionState.DuringAuthentication:
                // A connection that goes on here must still ask for the key: nothing that came before may have logged it in.
                Assert.Equal(0, server.Application.ProgramsSought);
                await client.SendAsync(client.SignedRequest(ServerUnderTest.User.Name, ServerUnderTest.User.Key));
                await ReceivePastAsync(client, SshMessage.UserAuthSuccess, SshMessage.ServiceAccept);
                break;
            case ConnectionState.DuringRekey:
                await client.Transport.SendPacketAsync(_share);
                await client.ReceiveKexReplyAsync();
                goto case ConnectionState.RekeyAwaitingNewKeys;
            case ConnectionState.RekeyAwaitingNewKeys:
                await client.SendNewKeysAsync();
                await client.ReceiveNewKeysAsync();
                break;
        }

        // keepalive@openssh.com needs an answer in every authenticated state.
        await client.SendAsync(MessageBodies.Of(SshMessage.GlobalRequest, client, ServerUnderTest.User));
        await ReceivePastAsync(client, SshMessage.RequestSuccess, SshMessage.ServiceAccept, SshMessage.RequestFailure);
    }

    /// <summary>Receives the wanted message (or <paramref name="orElse"/>), past any number of one that may have come as an answer to the cell's message.</summary>
    private static async Task ReceivePastAsync(RawSshClient client, byte wanted, byte past, byte? orElse = null)
    {
        byte[] payload;
        do
        {
            payload = await client.ReceiveAsync();
        }
        while (payload[0] == past);
        if (payload[0] == SshMessage.Disconnect)
        {
            throw new PeerClosedException($"The server disconnected: {Disconnected.Parse(payload)}");
        }

        Assert.True(payload[0] == wanted || payload[0] == orElse, $"Waited for message {wanted}, received {payload[0]}.");
    }
}
