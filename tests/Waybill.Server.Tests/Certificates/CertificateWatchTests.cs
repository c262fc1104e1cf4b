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
}
