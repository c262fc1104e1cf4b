using System.Security.Cryptography;
using Waybill.Core;
using Waybill.Server.Certificates;
using Waybill.Server.Checks;
using Waybill.Server.Configuration;
using Waybill.Server.Tests.Certificates;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Checks;

/// <summary>What <c>doctor</c> says of certificates that operators bring.</summary>
public sealed class CertificateChecksTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly OperatorCertificate _files;

    public CertificateChecksTests() => _files = new OperatorCertificate(_directory.FullName, _time.GetUtcNow());

    [Theory]
    [InlineData(20, 300, "the certificate is not valid before 2026-02-04 12:00 UTC")]
    [InlineData(-300, -1, "the certificate has ended on 2026-01-14")]
    public void A_certificate_that_no_client_takes_today_is_a_failure(int from, int until, string why)
    {
        _files.Put(_files.Issue(from, until));
        var finding = Assert.Single(Look());
        Assert.Equal(Verdict.Failure, finding.Verdict);
        Assert.StartsWith($"{why}, so clients refuse it; put a new one in its place", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 300, "which is not valid before 2026-02-04 12:00 UTC")]
    [InlineData(-300, -1, "which has ended on 2026-01-14")]
    public void One_that_was_signed_with_what_no_client_takes_today_is_a_failure(int from, int until, string why)
    {
        var issued = _files.Issue();
        _files.Put([issued.Pem, _files.AuthorityOf(from, until), _files.RootPem], issued.KeyPem);
        var finding = Assert.Single(Look());
        Assert.Equal(
            (Verdict.Failure, $"the certificate was signed with CN=Test authority, {why}, so most programs refuse it; put it in its place again with a chain that is valid"), (finding.Verdict, finding.Message));
    }

    [Fact]
    public void The_installations_own_that_has_ended_is_a_failure_with_the_command_that_makes_another()
    {
        var data = new DataDirectory(_directory.FullName);
        Directory.CreateDirectory(data.Tls);
        new TlsFiles(data).Create(["localhost"], "Example", _time);
        _time.Advance(TimeSpan.FromDays(398));
        var finding = Assert.Single(CertificateChecks.Look(new WaybillConfiguration(), data, _time.GetUtcNow()));
        Assert.Equal((Verdict.Failure, "certificate renew --now --yes"), (finding.Verdict, finding.Remedy?.Command));
        Assert.Contains("has ended on 2027-02-16", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_ends_within_a_month_is_a_warning()
    {
        _files.Put(_files.Issue(untilDay: 29));
        var finding = Assert.Single(Look());
        Assert.Equal((Verdict.Warning, "the certificate ends on 2026-02-13; put a new one in its place"), (finding.Verdict, finding.Message));
    }

    [Theory]
    [InlineData(OperatorCertificate.ServerAuth, false)]
    [InlineData(OperatorCertificate.AnyPurpose, false)]
    [InlineData(null, false)]
    [InlineData(OperatorCertificate.ClientAuth, true)]
    public void One_that_is_not_for_servers_is_warned_of(string? purpose, bool isWarned)
    {
        _files.Put(_files.Issue(purpose: purpose));
        var finding = Assert.Single(Look());
        Assert.Equal(isWarned ? Verdict.Warning : Verdict.Ok, finding.Verdict);
        Assert.Equal(isWarned, finding.Message.Contains("lacks serverAuth", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(2040, true)]
    [InlineData(2048, false)]
    public void An_RSA_key_that_programs_refuse_is_warned_of(int bits, bool isWarned)
    {
        _files.Put(_files.Issue(key: RSA.Create(bits)));
        var finding = Assert.Single(Look());
        Assert.Equal(isWarned ? Verdict.Warning : Verdict.Ok, finding.Verdict);
        Assert.Equal(isWarned, finding.Message.Contains($"an RSA key of {bits} bits", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chain_is_missed_where_it_is_missing_and_not_where_its_root_alone_is_unknown()
    {
        var issued = _files.Issue();
        Finding With(params string[] certificates)
        {
            _files.Put(certificates, issued.KeyPem);
            return Assert.Single(Look());
        }

        var alone = With(issued.Pem);
        Assert.Equal(Verdict.Warning, alone.Verdict);
        Assert.Contains("lacks what it was signed with (CN=Test authority)", alone.Message, StringComparison.Ordinal);
        Assert.Contains("lacks what it was signed with (CN=Test authority)", With(issued.Pem, _files.RootPem).Message, StringComparison.Ordinal);

        var withAuthority = With(issued.Pem, _files.AuthorityPem);
        Assert.Equal(Verdict.Ok, withAuthority.Verdict);
        Assert.Contains("its chain ends at CN=Test authority, so customers must trust CN=Test root", withAuthority.Message, StringComparison.Ordinal);

        var whole = With(issued.Pem, _files.AuthorityPem, _files.RootPem);
        Assert.Equal((Verdict.Ok, "CN=localhost, until 2026-04-15"), (whole.Verdict, whole.Message));
    }

    public void Dispose() => _directory.Dispose();

    private List<Finding> Look() => [.. CertificateChecks.Look(new WaybillConfiguration { Portal = _files.Section }, new DataDirectory(_directory.FullName), _time.GetUtcNow())];
}
