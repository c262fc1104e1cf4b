namespace Waybill.Interop.Tests;

/// <summary>
/// OpenSSH's own regression tests of its SFTP and SCP, as Debian packages them, against this server. They must pass, and have reached the server as often as the
/// table says: many of their checks would also pass without one. What of them does not apply, and why: docs/protocols/openssh-tests.md.
/// </summary>
public sealed class OpenSshTestsPackageTests(OpenSshRegressFolder folder) : IClassFixture<OpenSshRegressFolder>
{
    [Theory]
    [InlineData("sftp", 12, 0)]
    [InlineData("sftp-cmds", 34, 0)]
    [InlineData("sftp-badcmds", 7, 0)]
    [InlineData("sftp-batch", 4, 0)]
    [InlineData("sftp-glob", 15, 0)]
    [InlineData("scp", 47, 15)]
    [InlineData("scp3", 9, 10)]
    [InlineData("scp-uri", 6, 6)]
    public async Task The_script_passes_and_the_audit_has_a_login_for_each_of_its_calls(string script, int sftp, int scp)
    {
        var run = await folder.RunAsync(script);
        Assert.True(run.Outcome.ExitCode == 0, run.Outcome.ToString());
        Assert.DoesNotContain("skipped:", run.Outcome.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((sftp, scp, sftp + scp), (run.Sftp, run.Scp, run.Logins));
    }
}
