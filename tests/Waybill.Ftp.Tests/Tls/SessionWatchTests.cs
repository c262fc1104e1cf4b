using System.Text;
using Waybill.Ftp.Tests.Support;
using Waybill.Ftp.Tls;

namespace Waybill.Ftp.Tests.Tls;

/// <summary>Sessions in TLS 1.2's handshakes. Whole handshakes of real programs are in <see cref="RequiredReuseTests"/>.</summary>
public sealed class SessionWatchTests
{
    private static readonly byte[] ServerHello = Record([2, 0, 0, 38, 3, 3, .. new byte[32], 0, 0xC0, 0x2C, 0]);
    private static readonly byte[] Certificate = Record([11, 0, 0, 3, 0, 0, 0]);
    private static readonly byte[] Change = [20, 3, 3, 0, 1, 1];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void The_clients_ticket_is_read_in_pieces_of_any_size(int piece)
    {
        var watch = new SessionWatch();
        foreach (var part in Hello([0, 23, 0, 0, 0, 35, 0, 3, 65, 66, 67]).Chunk(piece))
        {
            watch.NoteReceived(part);
        }

        Assert.Equal("ABC", Encoding.ASCII.GetString(watch.Offered));
    }

    [Fact]
    public void A_session_without_a_ticket_goes_by_its_id()
    {
        var watch = new SessionWatch();
        watch.NoteReceived(Hello([0, 35, 0, 0], id: "client's"));
        watch.NoteSent([.. Record([2, 0, 0, 42, 3, 3, .. new byte[32], 4, .. "ours"u8, 0xC0, 0x2C, 0]), .. Ticket("T")]);
        Assert.Equal("client's", Encoding.ASCII.GetString(watch.Offered));
        Assert.Equal(["ours", "T"], watch.Given.Select(Encoding.ASCII.GetString));

        watch = new SessionWatch();
        watch.NoteReceived(Hello([0, 35, 0, 1, 65], id: "made up"));
        Assert.Equal([65], watch.Offered);
    }

    [Fact]
    public void What_is_no_hello_with_one_ticket_offers_none()
    {
        byte[][] hellos =
        [
            Hello([]), Hello([0, 35, 0, 0]), Hello([0, 35, 0, 1, 65, 0, 35, 0, 1, 66]), Hello([0, 35, 0, 9, 65]), Hello([0, 35, 0]), Hello([0]), Record([.. Hello([0, 35, 0, 1, 65])[5..], 0]),
            [21, 3, 3, 0, 2, 2, 40], [22, 3, 3, 0xFF, 0xFF, 1], [22, 3, 3, 0, 0], [22], Record([1, 0, 0, 9, 3, 3]), Record([2, .. Hello([0, 35, 0, 1, 65])[6..]]),
        ];
        Assert.All(hellos, static hello =>
        {
            var watch = new SessionWatch();
            watch.NoteReceived(hello);
            Assert.Empty(watch.Offered);
        });
    }

    [Fact]
    public void A_hello_of_the_largest_record_is_read_and_no_more_is_kept()
    {
        var watch = new SessionWatch();
        byte[] filler = [0, 21, 0x3F, 0x00, .. new byte[0x3F00]];
        var hello = Hello([.. filler, 0, 35, 0, 1, 65]);
        Assert.True(hello.Length < SessionWatch.LargestHello);
        watch.NoteReceived([.. hello, .. new byte[100_000]]);
        Assert.Equal([65], watch.Offered);
        watch.NoteReceived(Hello([0, 35, 0, 1, 66]));
        Assert.Equal([65], watch.Offered);
    }

    [Fact]
    public void A_session_is_resumed_where_the_keys_change_without_a_certificate()
    {
        Assert.True(Sent([.. ServerHello, .. Change]).IsResumed);
        Assert.True(Sent([.. ServerHello, .. Ticket("T"), .. Change, .. Record(new byte[40])]).IsResumed);
        Assert.False(Sent([.. ServerHello, .. Certificate], Change).IsResumed);
        Assert.False(Sent(Record([.. ServerHello[5..], .. Certificate[5..]]), Change).IsResumed);
        Assert.False(Sent(ServerHello).IsResumed);
        Assert.False(Sent([.. ServerHello, 22, 3, 3], Change).IsResumed);
        Assert.False(Sent([.. Record([11, 0, 0x40]), .. Change]).IsResumed);
    }

    [Fact]
    public void The_last_sessions_of_a_control_connection_are_good_for_its_data_connections()
    {
        var tls = new FtpTls(FtpHarness.DefaultOptions with { RequiresSessionReuse = true });
        for (var i = 0; i <= FtpTls.MaximumSessions; i++)
        {
            var watch = tls.Watch();
            watch.NoteSent(Ticket($"{i}"));
            tls.NoteOwn(watch);
        }

        Assert.Equal(
            (false, true, true, false),
            (tls.Accepts(Resumed("0")), tls.Accepts(Resumed("1")), tls.Accepts(Resumed($"{FtpTls.MaximumSessions}")), tls.Accepts(Resumed("other"))));

        HandshakeWatch Resumed(string ticket)
        {
            var watch = tls.Watch();
            watch.NoteReceived(Hello([0, 35, 0, (byte)ticket.Length, .. Encoding.ASCII.GetBytes(ticket)]));
            watch.NoteSent([.. ServerHello, .. Change]);
            return watch;
        }
    }

    private static SessionWatch Sent(params byte[][] flights)
    {
        var watch = new SessionWatch();
        foreach (var flight in flights)
        {
            watch.NoteSent(flight);
        }

        return watch;
    }

    private static byte[] Ticket(string ticket) => Record([4, 0, 0, (byte)(6 + ticket.Length), 0, 0, 28, 32, 0, (byte)ticket.Length, .. Encoding.ASCII.GetBytes(ticket)]);

    private static byte[] Record(byte[] message) => [22, 3, 3, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static byte[] Hello(byte[] extensions, string id = "")
    {
        byte[] body = [3, 3, .. new byte[32], (byte)id.Length, .. Encoding.ASCII.GetBytes(id), 0, 2, 0xC0, 0x2C, 1, 0, (byte)(extensions.Length >> 8), (byte)extensions.Length, .. extensions];
        return Record([1, 0, (byte)(body.Length >> 8), (byte)body.Length, .. body]);
    }
}
