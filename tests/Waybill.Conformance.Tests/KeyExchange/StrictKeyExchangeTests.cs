using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>Strict key exchange (OpenSSH PROTOCOL 1.10) and what it is for: Terrapin, CVE-2023-48795.</summary>
public sealed class StrictKeyExchangeTests
{
    private static readonly byte[] IgnoreMessage = new MessageBuilder(SshMessage.Ignore).String("").ToArray();

    public static TheoryData<string, string?> SequencedCiphers => new()
    {
        { "chacha20-poly1305@openssh.com", null },
        { "aes256-ctr", "hmac-sha2-256-etm@openssh.com" },
        { "aes256-ctr", "hmac-sha2-256" },
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Terrapin_works_against_a_client_without_strict_key_exchange_and_not_with_it(bool strict)
    {
        var server = new ServerUnderTest();
        await using var connection = server.Connect();
        var client = connection.Client;
        var offer = new RawKexInit().Only(cipher: "chacha20-poly1305@openssh.com");
        client.Offer = strict ? offer : offer.NotStrict();
        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        await client.SendKexInitAsync();
        await client.ReceiveKexInitAsync();

        // The man in the middle slips in a packet that the client does not know of ...
        await client.Transport.SendPacketAsync(IgnoreMessage);
        client.Transport.SendSequence--;
        if (strict)
        {
            var report = await connection.EndAsync();
            Assert.Equal(SshEndReason.ProtocolError, report.Reason);
            return;
        }

        await client.ExchangeAsync();
        // ... and swallows the client's first sealed one: without strict key exchange the numbers fit and nobody notices.
        client.Transport.Seal(IgnoreMessage);
        await client.RequestServiceAsync();
        Assert.True((await client.SignInAsync(ServerUnderTest.User.Name, ServerUnderTest.User.Key)).Success);
        await connection.EchoAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Terrapin_takes_the_servers_EXT_INFO_from_a_client_without_strict_key_exchange_only(bool strict)
    {
        await using var connection = new ServerUnderTest().Connect();
        var client = connection.Client;
        var offer = new RawKexInit().Only(cipher: "chacha20-poly1305@openssh.com");
        client.Offer = strict ? offer : offer.NotStrict();
        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        await client.SendKexInitAsync();
        await client.ReceiveKexInitAsync();

        // The man in the middle slips an IGNORE in before the server's NEWKEYS, which a client without strict key exchange counts ...
        client.Transport.ReceiveSequence++;
        await client.ExchangeAsync();

        // ... and swallows the server's first sealed packet. The client's next number is then the server's next, unless both began again at NEWKEYS.
        client.Transport.ReceiveSequence -= strict ? 0u : 1;
        Assert.Equal(SshMessage.ExtInfo, (await client.Transport.ReceivePacketAsync())[0]);
        client.Transport.ReceiveSequence -= strict ? 1u : 0;
        if (strict)
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => client.RequestServiceAsync());
            return;
        }

        await client.RequestServiceAsync();
        Assert.Empty(client.Extensions);
    }

    [Theory]
    [MemberData(nameof(SequencedCiphers))]
    public async Task A_packet_taken_away_after_NEWKEYS_is_noticed(string cipher, string? mac)
    {
        var server = new ServerUnderTest();
        await using var connection = server.Connect();
        await connection.Client.HandshakeAsync(new RawKexInit().Only(cipher: cipher, mac: mac));
        connection.Client.Transport.Seal(IgnoreMessage);
        await SendQuietlyAsync(connection.Client, new MessageBuilder(SshMessage.ServiceRequest).String("ssh-userauth").ToArray());
        AssertNoticed(cipher, mac, (await FloodUntilEndAsync(connection)).Reason);
    }

    [Theory]
    [MemberData(nameof(SequencedCiphers))]
    public async Task A_client_that_does_not_set_its_sequence_number_back_is_cut_off(string cipher, string? mac)
    {
        var server = new ServerUnderTest();
        await using var connection = server.Connect();
        var client = connection.Client;
        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        await client.SendKexInitAsync(client.Offer = new RawKexInit().Only(cipher: cipher, mac: mac));
        await client.ReceiveKexInitAsync();
        Assert.True(client.IsStrict);
        await client.Transport.SendPacketAsync(client.StartExchange());
        await client.ReceiveKexReplyAsync();
        client.IsStrict = false;
        await client.SendNewKeysAsync();
        client.IsStrict = true;
        await client.ReceiveNewKeysAsync();
        await SendQuietlyAsync(client, new MessageBuilder(SshMessage.ServiceRequest).String("ssh-userauth").ToArray());
        AssertNoticed(cipher, mac, (await FloodUntilEndAsync(connection)).Reason);
    }

    [Theory]
    [MemberData(nameof(SequencedCiphers))]
    public async Task The_marker_counts_in_the_first_KEXINIT_only(string cipher, string? mac)
    {
        var server = new ServerUnderTest();
        var offer = new RawKexInit().Only(cipher: cipher, mac: mac);
        await using var strict = await server.LogInAsync(offer);
        Assert.Contains(RawKexInit.StrictServer, strict.Client.ServerKexInit!.KeyExchange);
        await strict.Client.RekeyAsync(offer.NotStrict());
        Assert.DoesNotContain(RawKexInit.StrictServer, strict.Client.ServerKexInit!.KeyExchange);
        Assert.True(strict.Client.IsStrict);
        // The echo proves that both sides set their numbers to zero in the rekey too.
        await strict.EchoAsync();

        await using var relaxed = await server.LogInAsync(offer.NotStrict());
        await relaxed.Client.RekeyAsync(offer);
        Assert.False(relaxed.Client.IsStrict);
        await relaxed.EchoAsync();
    }

    [Fact]
    public async Task Markers_are_never_negotiated_as_methods()
    {
        var server = new ServerUnderTest();
        await using var connection = server.Connect();
        await connection.Client.SendVersionAsync();
        await connection.Client.ReceiveVersionAsync();
        await connection.Client.SendKexInitAsync(new RawKexInit { KeyExchange = [RawKexInit.StrictServer, "ext-info-s", RawKexInit.StrictClient, "ext-info-c"] });
        Assert.Equal(SshEndReason.NoCommonAlgorithm, (await connection.EndAsync()).Reason);
    }

    /// <summary>A wrong length may make the server wait for more: it gets more, and must end by itself.</summary>
    internal static async Task<SshConnectionReport> FloodUntilEndAsync(ServerConnection connection)
    {
        try
        {
            for (var i = 0; i < 40; i++)
            {
                await connection.Client.Transport.SendRawAsync(new byte[8192]);
            }
        }
        catch (PeerClosedException)
        {
            // It ended before it had read everything.
        }

        return await connection.ReportAsync();
    }

    /// <summary>Where the length is sealed too, a wrong one may be noticed before there is a tag to check.</summary>
    private static void AssertNoticed(string cipher, string? mac, SshEndReason reason)
    {
        var lengthIsOpen = RawAlgorithms.IsAead(cipher) ? cipher.Contains("gcm", StringComparison.Ordinal) : mac!.Contains("-etm@", StringComparison.Ordinal);
        Assert.Contains(reason, lengthIsOpen ? [SshEndReason.IntegrityError] : new[] { SshEndReason.IntegrityError, SshEndReason.ProtocolError, SshEndReason.LimitExceeded });
    }

    private static async Task SendQuietlyAsync(RawSshClient client, byte[] payload)
    {
        try
        {
            await client.SendAsync(payload);
        }
        catch (PeerClosedException)
        {
            // The report says why.
        }
    }
}
