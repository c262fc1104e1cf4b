using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.Hosting;

public sealed class MessageGateTests
{
    private static readonly ConnectionPhase[] Phases = [.. Enum.GetValues<ConnectionPhase>().Where(phase => int.PopCount((int)phase) == 1)];

    /// <summary>Legal numbers of each phase, written down a second time and the other way round.</summary>
    private static readonly Dictionary<ConnectionPhase, byte[]> Legal = new()
    {
        [ConnectionPhase.FirstKexInit] = [1, 20],
        [ConnectionPhase.FirstWrongGuess] = [1, .. Numbers(30, 49)],
        [ConnectionPhase.FirstShare] = [1, 30],
        [ConnectionPhase.FirstNewKeys] = [1, 21],
        [ConnectionPhase.Service] = [1, 5, 7, 20],
        [ConnectionPhase.Authenticating] = [1, 5, 20, 50],
        [ConnectionPhase.Open] = [1, 20, 80, 81, 82, 90, .. Numbers(93, 100)],
        [ConnectionPhase.RekeyWrongGuess] = [1, .. Numbers(30, 49)],
        [ConnectionPhase.RekeyShare] = [1, 30],
        [ConnectionPhase.RekeyNewKeys] = [1, 21],
    };

    [Fact]
    public void Every_number_in_every_phase_has_the_verdict_of_the_rfcs()
    {
        Assert.Equal(10, Phases.Length);
        foreach (var phase in Phases)
        {
            var isFirst = ConnectionPhase.FirstExchange.HasFlag(phase);
            for (var number = 0; number <= 255; number++)
            {
                foreach (var isStrict in new[] { false, true })
                {
                    var verdict = MessageGate.Judge(phase, isStrict, (byte)number);
                    Assert.True(
                        Legal[phase].Contains((byte)number) == (verdict == MessageVerdict.Legal), $"{number} in {phase}, strict {isStrict}: {verdict}");
                    if (isFirst)
                    {
                        var mayBeIgnored = !isStrict && number is 2 or 3 or 4;
                        Assert.Equal(verdict == MessageVerdict.Legal ? verdict : mayBeIgnored && !isStrict ? MessageVerdict.Ignored : MessageVerdict.Illegal, verdict);
                    }
                }
            }
        }
    }

    [Fact]
    public void Nothing_from_80_on_passes_before_login()
    {
        foreach (var phase in Phases.Where(phase => phase != ConnectionPhase.Open))
        {
            for (var number = 80; number <= 255; number++)
            {
                Assert.Equal(MessageVerdict.Illegal, MessageGate.Judge(phase, false, (byte)number));
            }
        }
    }

    [Fact]
    public void A_servers_own_messages_are_never_taken_from_a_client()
    {
        // SERVICE_ACCEPT, KEX replies, USERAUTH_FAILURE, SUCCESS, BANNER and method-specific answers, channel open answers: CVE-2018-10933.
        foreach (var number in new byte[] { 6, 51, 52, 53, 60, 61, 79, 91, 92, 0, 192, 255 })
        {
            foreach (var phase in Phases)
            {
                Assert.Equal(MessageVerdict.Illegal, MessageGate.Judge(phase, false, number));
            }
        }
    }

    [Fact]
    public async Task Before_the_key_exchange_every_other_number_ends_the_connection()
    {
        for (var number = 0; number <= 255; number++)
        {
            if (number is 1 or 2 or 3 or 4)
            {
                continue;
            }

            await using var server = new TestServer();
            await server.Client.SendVersionAsync();
            await server.Client.SendAsync([(byte)number, 0, 0, 0, 0]);
            await server.EndsWithAsync(SshEndReason.ProtocolError);
        }
    }

    [Fact]
    public async Task Before_login_no_number_reaches_a_channel()
    {
        for (var number = 0; number <= 255; number++)
        {
            var verdict = MessageGate.Judge(ConnectionPhase.Authenticating, true, (byte)number);
            if (verdict == MessageVerdict.Legal)
            {
                continue;
            }

            await using var server = new TestServer();
            await server.Client.HandshakeAsync();
            await server.Client.RequestServiceAsync();
            await server.Client.SendAsync(new MessageBuilder((byte)number).String("session").UInt32(0).UInt32(1).UInt32(1).ToArray());
            if (verdict == MessageVerdict.Illegal)
            {
                var ending = await server.Client.ReceiveEndAsync();
                Assert.Equal(2u, ending.Disconnect!.Reason);
                Assert.Empty(ending.Others);
                Assert.False((await server.EndsWithAsync(SshEndReason.ProtocolError)).LoggedIn);
            }
            else
            {
                // Dropped or answered with UNIMPLEMENTED: the login goes on.
                if (verdict == MessageVerdict.Unimplemented)
                {
                    Assert.Equal(new byte[] { SshMessage.Unimplemented, 0, 0, 0, 1 }, await server.Client.Transport.ReceivePacketAsync());
                }

                Assert.True((await server.Client.SignInAsync(TestApplication.User, server.Application.UserKey)).Success);
            }
        }
    }

    [Fact]
    public async Task After_login_unknown_numbers_are_answered_and_late_authentication_is_ignored()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        Assert.Equal(SshMessage.GlobalRequest, (await server.Client.Transport.ReceivePacketAsync())[0]); // the host keys are announced
        for (var number = 0; number <= 255; number++)
        {
            var verdict = MessageGate.Judge(ConnectionPhase.Open, true, (byte)number);
            if (verdict is MessageVerdict.Legal or MessageVerdict.Illegal)
            {
                continue;
            }

            var sequence = server.Client.Transport.SendSequence;
            await server.Client.SendAsync([(byte)number]);
            if (verdict == MessageVerdict.Unimplemented)
            {
                Assert.Equal(new MessageBuilder(SshMessage.Unimplemented).UInt32(sequence).ToArray(), await server.Client.Transport.ReceivePacketAsync());
            }
        }

        await KeyExchange.KeyExchangeTests.EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 100);
    }

    [Fact]
    public async Task During_a_clients_rekey_channel_messages_end_the_connection()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Client.SendKexInitAsync();
        await server.Client.Transport.SendPacketAsync(RawSshClient.OpenRequest(0, 1000, 1000));
        var report = await server.EndsWithAsync(SshEndReason.ProtocolError);
        Assert.Contains("message 90 is not legal in phase RekeyShare", report.Detail, StringComparison.Ordinal);
    }

    private static byte[] Numbers(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(number => (byte)number)];
}
