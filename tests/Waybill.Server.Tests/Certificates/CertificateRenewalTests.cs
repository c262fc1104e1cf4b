using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Certificates;
using Waybill.Ftp.Hosting;
using Waybill.Server.Certificates;
using Waybill.Server.Checks;
using Waybill.Server.Configuration;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Certificates;

/// <summary>The daily job in fake days, and a take-over that is cut off at each of its steps.</summary>
public sealed partial class CertificateRenewalTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<(DateOnly Day, string Action, string Words)> _rows = [];
    private readonly List<(DateOnly Day, CertificateChange Change)> _told = [];
    private readonly DataDirectory _data;
    private FakeTimeProvider _time = new();
    private WaybillConfiguration _configuration = new() { Ftp = new FtpSection { Public = [new FtpPublicEndpoint { Host = "cdr.example.com", Port = 21 }] } };

    public CertificateRenewalTests()
    {
        _data = new DataDirectory(_directory.FullName);
        Directory.CreateDirectory(_data.Tls);
        new TlsFiles(_data).Create(TlsFiles.Names(_configuration), "Example", _time);
    }

    [Fact]
    public async Task The_next_certificate_is_announced_thirty_days_before_the_end_and_takes_over_seven_days_before_it()
    {
        var first = Shown();
        var ends = DateOnly.FromDateTime(first.NotAfter.ToUniversalTime());
        for (var renewals = 1; renewals <= 2; renewals++)
        {
            // Nothing comes in between.
            Assert.True((await Renewal().RunAsync()).Succeeded);
            _time.Advance(TimeSpan.FromDays(335));
            while (_rows.Count < 3 * renewals)
            {
                Assert.True((await Renewal().RunAsync()).Succeeded);
                _time.Advance(TimeSpan.FromDays(1));
            }
        }

        Assert.Equal(
            [
                (ends.AddDays(-30), "certificate-made"), (ends.AddDays(-30), "certificate-announced"), (ends.AddDays(-7), "certificate-used"),
                (ends.AddDays(-30 + 397 - 30), "certificate-made"), (ends.AddDays(-30 + 397 - 30), "certificate-announced"), (ends.AddDays(-30 + 397 - 7), "certificate-used"),
            ],
            _rows.Select(static row => (row.Day, row.Action)));

        // People hear of it on the first day; that they hear once is the outbox's care.
        var (day, change) = _told[0];
        Assert.Equal((ends.AddDays(-30), ends.AddDays(-7), first.Thumbprint), (day, change.TakesOver, change.Present.Thumbprint));
        Assert.Equal("https://localhost:8443/certificates", change.Page);
        var second = _told.First(each => each.Day > ends).Change.Present;
        Assert.Equal(change.Next.Thumbprint, second.Thumbprint);
        Assert.NotEqual(second.Thumbprint, Shown().Thumbprint);
    }

    [Fact]
    public async Task One_that_somebody_made_long_ago_is_not_announced_but_a_fresh_one()
    {
        var old = await Renewal().MakeAsync(sure: false);
        _time.Advance(TimeSpan.FromDays(370));
        Assert.True((await Renewal().RunAsync()).Succeeded);
        Assert.Equal(["certificate-made", "certificate-made", "certificate-announced"], _rows.Select(static row => row.Action));
        Assert.NotEqual(old.Certificate().Thumbprint, Assert.Single(_told).Change.Next.Thumbprint);
    }

    [Theory]
    [InlineData(30, 29, true)]
    [InlineData(30, 30, false)]
    [InlineData(0, 29, true)]
    [InlineData(0, 30, false)]
    public async Task An_operator_announces_one_that_was_made_lately_and_else_a_fresh_one(int announceDays, int age, bool isKept)
    {
        _configuration = _configuration with { Certificates = new CertificatesSection { AnnounceDays = announceDays } };
        var made = await Renewal().MakeAsync(sure: false);
        _time.Advance(TimeSpan.FromDays(age));
        await Assert.ThrowsAsync<CommandException>(() => Renewal().AnnounceAsync(Today));
        Assert.Equal(made.CertificatePem, new TlsFiles(_data).ReadNext()!.CertificatePem);
        var announced = await Renewal().AnnounceAsync(Today.AddDays(60));
        Assert.Equal(isKept, announced.CertificatePem == made.CertificatePem);

        // People have been told of it: another day is no other certificate.
        _time.Advance(TimeSpan.FromDays(40));
        Assert.Equal(announced.CertificatePem, (await Renewal().AnnounceAsync(Today.AddDays(30))).CertificatePem);
    }

    [Fact]
    public async Task A_change_waits_for_one_that_has_begun_and_not_for_ever()
    {
        var begun = await new TlsFiles(_data).LockAsync();
        var waiting = Renewal().MakeAsync(sure: false);
        var refused = await Assert.ThrowsAsync<CommandException>(() => Renewal().AnnounceAsync(null));
        Assert.Equal("another command has been changing the certificate for 5 seconds; try again", refused.Message);
        await Assert.ThrowsAsync<CommandException>(() => waiting);

        waiting = Renewal().MakeAsync(sure: false);
        Assert.False(waiting.IsCompleted);
        await begun.DisposeAsync();
        Assert.NotNull((await waiting).CertificatePem);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_opened_is_said_in_words()
    {
        // Root opens the files of every user, and nobody a directory.
        Directory.CreateDirectory(Path.Combine(_data.Tls, "lock"));
        Assert.Contains("lock cannot be opened, so the certificate cannot be changed; give", (await Renewal().RunAsync()).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_made_is_for_the_names_of_the_configuration_signed_by_the_same_root_and_has_a_key_of_its_own()
    {
        var before = ServerCertificate.Load(_data, _configuration.Portal);
        _configuration = _configuration with { Ftp = new FtpSection { Public = [new FtpPublicEndpoint { Host = "new.example.com", Port = 21 }] } };
        Assert.Contains(Doctor(), finding => finding.Message.Contains("does not hold the name new.example.com of Ftp:Public", StringComparison.Ordinal));
        await Renewal().ReplaceAsync();
        var after = ServerCertificate.Load(_data, _configuration.Portal);
        Assert.True(after.Names("new.example.com"));
        Assert.False(after.Names("cdr.example.com"));
        Assert.Contains("new.example.com", ServerCertificate.NamesOf(after.Certificate));
        Assert.DoesNotContain(Doctor(), finding => finding.Verdict != Verdict.Ok);
        Assert.Equal(before.Root!.Thumbprint, after.Root!.Thumbprint);
        Assert.NotEqual(before.Certificate.GetPublicKeyString(), after.Certificate.GetPublicKeyString());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(new TlsFiles(_data).ServerKey));
        Assert.Equal(["certificate-made", "certificate-used"], _rows.Select(static row => row.Action));

        // Nobody could be told before: they are told now, of both.
        var (day, change) = Assert.Single(_told);
        Assert.Equal((day, before.Certificate.Thumbprint, after.Certificate.Thumbprint), (change.TakesOver, change.Present.Thumbprint, change.Next.Thumbprint));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(after.Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        Assert.True(chain.Build(after.Certificate));
    }

    [Fact]
    public async Task An_operator_announces_it_for_a_day_of_their_own_and_moves_the_day_without_another_certificate()
    {
        var today = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
        var made = await Renewal().MakeAsync(sure: false);
        Assert.Null(ServerCertificate.Load(_data, _configuration.Portal).Next);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(new TlsFiles(_data).Next));
        var announced = await Renewal().AnnounceAsync(today.AddDays(20));
        Assert.Equal((made.CertificatePem, today.AddDays(20)), (announced.CertificatePem, announced.TakesOver));
        Assert.Equal(announced.TakesOver, ServerCertificate.Load(_data, _configuration.Portal).Next!.TakesOver);
        Assert.Contains("is announced for", (await Assert.ThrowsAsync<CommandException>(() => Renewal().MakeAsync(sure: false))).Message, StringComparison.Ordinal);
        Assert.Contains("is not ahead", (await Assert.ThrowsAsync<CommandException>(() => Renewal().AnnounceAsync(today))).Message, StringComparison.Ordinal);
        Assert.Contains("has ended", (await Assert.ThrowsAsync<CommandException>(() => Renewal().AnnounceAsync(today.AddDays(500)))).Message, StringComparison.Ordinal);
        await Renewal().AnnounceAsync(null);
        var moved = await Renewal().AnnounceAsync(today.AddDays(25));
        Assert.Equal((made.CertificatePem, today.AddDays(25)), (moved.CertificatePem, moved.TakesOver));
        _time.Advance(TimeSpan.FromDays(24));
        await Renewal().RunAsync();
        Assert.DoesNotContain(_rows, static row => row.Action == "certificate-used");
        Assert.Contains(Doctor(), finding => finding.Verdict == Verdict.Ok && finding.Message.Contains($"takes over on {today.AddDays(25):yyyy-MM-dd}", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromDays(1));
        await Renewal().RunAsync();
        Assert.Equal(moved.Certificate().Thumbprint, Shown().Thumbprint);
        Assert.False(File.Exists(new TlsFiles(_data).Next));
    }

    [Fact]
    public async Task One_that_was_announced_and_did_not_take_over_on_its_day_is_warned_of_from_the_next_day_on_of_the_provider()
    {
        _configuration = _configuration with { Provider = new ProviderSection { TimeZone = "Pacific/Honolulu" } };
        var day = Today.AddDays(20);
        await Renewal().AnnounceAsync(day);

        // There it is three in the afternoon, and in UTC the next day.
        _time.Advance(TimeSpan.FromDays(20) + TimeSpan.FromHours(13));
        Assert.Contains($"takes over on {day:yyyy-MM-dd}", Assert.Single(Doctor()).Message, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromHours(12));
        var finding = Assert.Single(Doctor());
        Assert.Equal((Verdict.Warning, "schedule list"), (finding.Verdict, finding.Remedy?.Command));
        Assert.Contains($"the next one was announced for {day:yyyy-MM-dd}, and did not take over", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_downtime_people_get_their_days_and_a_certificate_that_has_ended_is_replaced_at_once()
    {
        var ends = DateOnly.FromDateTime(Shown().NotAfter.ToUniversalTime());
        _time.Advance(TimeSpan.FromDays(397 - 10));
        Assert.Contains(Doctor(), finding => finding.Verdict == Verdict.Warning && finding.Message.Contains("no next one is announced", StringComparison.Ordinal));
        await Renewal().RunAsync();
        Assert.Equal(ends.AddDays(-1), Assert.Single(_told).Change.TakesOver);
        _time.Advance(TimeSpan.FromDays(500));
        await Renewal().RunAsync();
        await Renewal().RunAsync();
        Assert.True(Shown().NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public async Task The_last_certificate_of_a_root_is_followed_by_none()
    {
        var rootEnds = ServerCertificate.Load(_data, _configuration.Portal).Root!.NotAfter.ToUniversalTime();
        _time.Advance(rootEnds - _time.GetUtcNow() - TimeSpan.FromDays(200));
        await Renewal().RunAsync();
        Assert.Equal(rootEnds, Shown().NotAfter.ToUniversalTime());
        Assert.Equal(3, _rows.Count);
        for (var day = 0; day < 199; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            Assert.True((await Renewal().RunAsync()).Succeeded);
        }

        Assert.Equal((3, 1), (_rows.Count, _told.Count));
        Assert.Contains(Doctor(), static finding => finding.Message.Contains("the TLS root ends on", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_done_for_an_operators_own_certificate_or_where_it_is_switched_off()
    {
        _time.Advance(TimeSpan.FromDays(396));
        _configuration = _configuration with { Certificates = new CertificatesSection { AnnounceDays = 0 } };
        await Renewal().RunAsync();
        var own = new TlsFiles(_data);
        _configuration = _configuration with { Certificates = new(), Portal = new PortalSection { Certificate = own.Server, CertificateKey = own.ServerKey } };
        await Renewal().RunAsync();
        Assert.Empty(_rows);
        Assert.Contains("your own", (await Assert.ThrowsAsync<CommandException>(() => Renewal().AnnounceAsync(null))).Message, StringComparison.Ordinal);

        // The file holds the server's certificate alone.
        Assert.Contains(Doctor(), finding => finding.Message.Contains("lacks what it was signed with", StringComparison.Ordinal));
        Assert.Contains(Doctor(), finding => finding.Message.Contains("put a new one in its place", StringComparison.Ordinal));
        File.AppendAllText(own.Server, File.ReadAllText(own.Root));
        Assert.DoesNotContain(Doctor(), finding => finding.Message.Contains("lacks", StringComparison.Ordinal));
        Assert.NotNull(ServerCertificate.Load(_data, _configuration.Portal).Root);
    }

    [Fact]
    public async Task Without_the_roots_key_the_job_says_so_and_the_present_certificate_goes_on()
    {
        var first = Shown();
        File.Delete(Path.Combine(_data.Tls, "root.key"));
        _time.Advance(TimeSpan.FromDays(380));
        Assert.Contains("root.key, is not there", (await Renewal().RunAsync()).Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(first.Thumbprint, Shown().Thumbprint);
    }

    [Fact]
    public async Task A_row_of_the_audit_that_cannot_be_written_leaves_everything_as_it_was()
    {
        var first = Shown();
        var broken = new CertificateRenewal(new TlsFiles(_data), _configuration, _time, (_, _, _) => throw new CommandException("the disk is full"), _ => new(Outcome.Done));
        await Assert.ThrowsAsync<CommandException>(() => broken.ReplaceAsync());
        await Assert.ThrowsAsync<CommandException>(() => broken.AnnounceAsync(null));
        _time.Advance(TimeSpan.FromDays(380));
        Assert.Equal("the disk is full", (await broken.RunAsync()).Problem!.Message);
        Assert.Equal(first.Thumbprint, Shown().Thumbprint);
        Assert.False(File.Exists(new TlsFiles(_data).Next));
    }

    [Fact]
    public async Task A_take_over_that_is_cut_off_at_any_step_leaves_a_pair_that_can_be_used_and_ends_when_it_is_done_again()
    {
        for (var steps = 0; ; steps++)
        {
            var before = Shown().Thumbprint;
            var next = (await Renewal().MakeAsync(sure: true)).Certificate().Thumbprint;
            var left = steps;
            try
            {
                new TlsFiles(_data) { BeforeStep = () => Cut(left-- == 0) }.TakeOver();
                Assert.Equal(5, steps);
                Assert.Equal(next, Shown().Thumbprint);
                return;
            }
            catch (OperationCanceledException)
            {
                Assert.Contains(Shown().Thumbprint, (string[])[before, next]);
                Assert.True(Shown().HasPrivateKey);
                if (File.Exists(new TlsFiles(_data).Next))
                {
                    new TlsFiles(_data).TakeOver();
                }

                Assert.Equal(next, Shown().Thumbprint);
                Assert.Null(new TlsFiles(_data).ReadNext());
            }
        }

        static void Cut(bool isNow)
        {
            if (isNow)
            {
                throw new OperationCanceledException();
            }
        }
    }

    [Theory]
    [InlineData("server.key")]
    [InlineData("server.crt")]
    public async Task After_a_power_cut_that_kept_one_of_the_two_renames_the_new_pair_counts(string kept)
    {
        var old = new[] { "server.key", "server.crt" }.ToDictionary(static name => name, name => File.ReadAllText(Path.Combine(_data.Tls, name)));
        var next = await Renewal().MakeAsync(sure: false);
        var file = File.ReadAllBytes(new TlsFiles(_data).Next);
        new TlsFiles(_data).TakeOver();
        foreach (var (name, content) in old.Where(each => each.Key != kept))
        {
            File.WriteAllText(Path.Combine(_data.Tls, name), content);
        }

        // Without the file of the next one the two do not belong together.
        Assert.Throws<CommandException>(() => Shown());
        File.WriteAllBytes(new TlsFiles(_data).Next, file);
        Assert.Equal(next.Certificate().Thumbprint, Shown().Thumbprint);
    }

    [Fact]
    public async Task A_damaged_file_of_the_next_one_does_not_keep_the_server_from_its_certificate()
    {
        var first = Shown();
        await Renewal().AnnounceAsync(null);
        File.WriteAllText(new TlsFiles(_data).Next, "{ \"certificatePem\": ");
        Assert.Equal(first.Thumbprint, Shown().Thumbprint);
        Assert.Contains("make another one", (await Renewal().RunAsync()).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_watch_shows_the_next_one_from_the_day_on_and_keeps_its_object_while_the_certificate_is_the_same()
    {
        AnnouncedOf? seen = null;
        var watch = new CertificateWatch(_data, _configuration.Portal, _time, shown => seen = new AnnouncedOf(shown.Certificate.Thumbprint, shown.Next?.TakesOver), NullLogger.Instance);
        var first = watch.Current;
        var next = await Renewal().AnnounceAsync(null);
        _time.Advance(CertificateWatch.Interval);
        Assert.Same(first, watch.Current);
        Assert.Equal(next.TakesOver, seen!.TakesOver);
        _time.Advance(TimeSpan.FromDays(396));
        await Renewal().RunAsync();
        Assert.NotSame(first, watch.Current);
        Assert.Equal(new AnnouncedOf(next.Certificate().Thumbprint, null), seen);
    }

    [Fact]
    public async Task On_the_announced_day_the_next_handshake_has_the_new_one_and_an_open_session_goes_on()
    {
        var watch = new CertificateWatch(_data, _configuration.Portal, _time, static _ => { }, NullLogger.Instance);

        // Sessions live by a time of their own, so that weeks can pass in one.
        var handler = new FtpConnectionHandler(FtpSettings.Options(FtpMode.ImplicitTls, _configuration, watch), new Nobody(), TimeProvider.System, NullLoggerFactory.Instance);
        await using var open = await Session.StartAsync(handler, Trust());
        var first = open.Shown;
        var next = await Renewal().AnnounceAsync(Today.AddDays(20));
        _time.Advance(TimeSpan.FromDays(19));
        await Renewal().RunAsync();
        await using (var before = await Session.StartAsync(handler, Trust()))
        {
            Assert.Equal(first, before.Shown);
        }

        _time.Advance(TimeSpan.FromDays(1));
        await Renewal().RunAsync();
        await using var after = await Session.StartAsync(handler, Trust());
        Assert.Equal(next.Certificate().Thumbprint, after.Shown);
        Assert.NotEqual(first, after.Shown);
        Assert.StartsWith("200 ", await open.SayAsync("NOOP"), StringComparison.Ordinal);
        Assert.StartsWith("200 ", await after.SayAsync("NOOP"), StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private X509ChainPolicy Trust() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { ServerCertificate.Load(_data, _configuration.Portal).Root! },
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationTime = _time.GetUtcNow().UtcDateTime,
    };

    private X509Certificate2 Shown() => ServerCertificate.Load(_data, _configuration.Portal).Certificate;

    private List<Finding> Doctor() => [.. CertificateChecks.Look(_configuration, _data, _time.GetUtcNow())];

    private DateOnly Today => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    private CertificateRenewal Renewal() => new(
        new TlsFiles(_data), _configuration, _time,
        (action, fingerprint, words) =>
        {
            Assert.Equal(95, fingerprint.Length);
            _rows.Add((Today, action, words));
            return default;
        },
        change =>
        {
            _told.Add((Today, new CertificateChange(X509CertificateLoader.LoadCertificate(change.Present.RawData), X509CertificateLoader.LoadCertificate(change.Next.RawData), change.TakesOver, change.Announced, change.Page)));
            return new(Outcome.Done);
        });

    private sealed record AnnouncedOf(string Thumbprint, DateOnly? TakesOver);

    /// <summary>Lets nobody in.</summary>
    private sealed class Nobody : IFtpApplication
    {
        public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(false);

        public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken) => new((IFtpLogin?)null);

        public ValueTask ConnectionEndedAsync(FtpConnectionReport report) => default;
    }

    /// <summary>A client's session over TLS that believes the root and the name.</summary>
    private sealed class Session(InMemoryConnection connection, SslStream tls, Task running) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        public string Shown { get; } = tls.RemoteCertificate!.GetCertHashString();

        public static async Task<Session> StartAsync(FtpConnectionHandler handler, X509ChainPolicy trust)
        {
            var connection = new InMemoryConnection();
            var running = connection.RunAsync(handler.OnConnectedAsync);
            var tls = new SslStream(connection.ClientStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "cdr.example.com", CertificateChainPolicy = trust }).WaitAsync(Patience);
            var session = new Session(connection, tls, running);
            Assert.StartsWith("220 ", await session.ReadAsync(), StringComparison.Ordinal);
            return session;
        }

        public async Task<string> SayAsync(string command)
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n")).AsTask().WaitAsync(Patience);
            return await ReadAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await SayAsync("QUIT");
            await running.WaitAsync(Patience);
            await tls.DisposeAsync();
            await connection.DisposeAsync();
        }

        private async Task<string> ReadAsync()
        {
            var (line, one) = (new StringBuilder(), new byte[1]);
            while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
            {
                Assert.Equal(1, await tls.ReadAsync(one).AsTask().WaitAsync(Patience));
                line.Append((char)one[0]);
            }

            return line.ToString();
        }
    }
}
