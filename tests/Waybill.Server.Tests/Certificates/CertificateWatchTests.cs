using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Certificates;

public sealed class CertificateWatchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _used = [];

    [Fact]
    public void Its_files_are_looked_at_once_a_second_and_a_new_certificate_is_shown_from_then_on()
    {
        var files = Make("first");
        var watch = Watch();
        var first = Shown(watch);
        Make("second");
        _time.Advance(CertificateWatch.Interval - TimeSpan.FromMilliseconds(1));
        Assert.Equal(first, Shown(watch));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var second = Shown(watch);
        Assert.NotEqual(first, second);
        Assert.Equal([first, second], _used);

        // Nothing is read again that did not change.
        _time.Advance(CertificateWatch.Interval);
        Shown(watch);
        Assert.Equal(2, _used.Count);
        Assert.True(File.Exists(files.Server));
    }

    [Fact]
    public void A_certificate_whose_key_is_still_the_old_one_waits_for_it()
    {
        var files = Make("first");
        var key = File.ReadAllBytes(files.ServerKey);
        var watch = Watch();
        var first = Shown(watch);
        Make("second");
        var right = File.ReadAllBytes(files.ServerKey);
        Write(files.ServerKey, key);
        _time.Advance(CertificateWatch.Interval);
        Assert.Equal(first, Shown(watch));

        // The same bytes with the same time: what is wrong may be a mode, so the files are read again all the same.
        Write(files.ServerKey, right);
        _time.Advance(CertificateWatch.Interval);
        Assert.NotEqual(first, Shown(watch));
        Assert.Equal(2, _used.Count);
    }

    [Theory]
    [InlineData(false, 20, 300, 20, "(CN=localhost) is not valid before 2026-02-04 12:00 UTC")]
    [InlineData(false, -300, -1, 31, "(CN=localhost) has ended on 2026-01-14")]
    [InlineData(true, 20, 300, 20, "(CN=localhost) was signed with CN=Test authority, which is not valid before 2026-02-04 12:00 UTC")]
    [InlineData(true, -300, -1, 31, "(CN=localhost) was signed with CN=Test authority, which has ended on 2026-01-14")]
    public void A_certificate_that_no_client_takes_waits_for_its_day_or_the_end_of_the_one_that_is_shown(bool isOfItsAuthority, int from, int until, int waits, string why)
    {
        var files = new OperatorCertificate(_directory.FullName, _time.GetUtcNow());
        files.Put(files.Issue(untilDay: 30));
        var log = new Lines();
        var watch = new CertificateWatch(new DataDirectory(_directory.FullName), files.Section, _time, shown => _used.Add(shown.Certificate.Thumbprint), log);
        var first = Shown(watch);
        if (isOfItsAuthority)
        {
            var issued = files.Issue();
            files.Put([issued.Pem, files.AuthorityOf(from, until), files.RootPem], issued.KeyPem);
        }
        else
        {
            files.Put(files.Issue(from, until));
        }

        for (var day = 1; day < waits; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            Assert.Equal(first, Shown(watch));
        }

        var line = Assert.Single(log.All);
        Assert.StartsWith("The certificate was changed and is not used; connections get the one before: ", line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.NotEqual(first, Shown(watch));
        Assert.Contains("New connections see another certificate", log.All[^1], StringComparison.Ordinal);
        Assert.Equal(2, _used.Count);
    }

    [Fact]
    public void One_that_has_ended_is_shown_at_the_start_until_another_comes()
    {
        var files = new OperatorCertificate(_directory.FullName, _time.GetUtcNow());
        files.Put(files.Issue(-300, -1));
        var watch = new CertificateWatch(new DataDirectory(_directory.FullName), files.Section, _time, shown => _used.Add(shown.Certificate.Thumbprint), NullLogger.Instance);
        var first = Shown(watch);
        files.Put(files.Issue());
        _time.Advance(CertificateWatch.Interval);
        Assert.NotEqual(first, Shown(watch));
        Assert.Equal(2, _used.Count);
    }

    public void Dispose() => _directory.Dispose();

    private static string Shown(CertificateWatch watch) => watch.ForConnection().ServerCertificateContext!.TargetCertificate.Thumbprint;

    private static void Write(string file, byte[] content)
    {
        File.WriteAllBytes(file + ".new", content);
        File.Move(file + ".new", file, overwrite: true);
    }

    private CertificateWatch Watch() => new(new DataDirectory(_directory.FullName), new PortalSection(), _time, shown => _used.Add(shown.Certificate.Thumbprint), NullLogger.Instance);

    private TlsFiles Make(string provider)
    {
        var data = new DataDirectory(_directory.FullName);
        Directory.CreateDirectory(data.Tls);
        var files = new TlsFiles(data);
        foreach (var file in Directory.EnumerateFiles(data.Tls))
        {
            File.Delete(file);
        }

        files.Create(["localhost"], provider, TimeProvider.System);
        return files;
    }

    /// <summary>What was logged.</summary>
    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Add(formatter(state, exception));
    }
}
