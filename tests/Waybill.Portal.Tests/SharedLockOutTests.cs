using System.Globalization;
using Waybill.Core.Passwords;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Wrong passwords of a login count together whatever they came by.</summary>
public sealed class SharedLockOutTests
{
    private const string User = "10042";

    private readonly int _ftp = Ports.Free();

    [Fact]
    public async Task Guesses_over_FTPS_lock_the_REST_API_and_the_other_way_round()
    {
        await using var server = new PortalServer { Settings = [string.Create(CultureInfo.InvariantCulture, $"Ftp:Listen=127.0.0.1:{_ftp}")] };
        await server.InitializeAsync();
        await server.CommandAsync("login", "add", User, "--account", User);
        var password = (await server.CommandAsync("password", "generate", User)).Trim();
        Assert.StartsWith("200", await RestAsync(server, password), StringComparison.Ordinal);
        Assert.Equal(0, await FtpsAsync(server, password));

        await WrongAsync(i => FtpsAsync(server, "wrong" + i));
        Assert.Matches(@"^401 \d+$", await RestAsync(server, password));
        await server.CommandAsync("password", "unlock", User);
        await WrongAsync(i => RestAsync(server, "wrong" + i));
        Assert.NotEqual(0, await FtpsAsync(server, password));
        await server.CommandAsync("password", "unlock", User);
        Assert.Equal(0, await FtpsAsync(server, password));

        // Without TLS no password is read: nothing speaks HTTP there.
        var plain = await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--user", $"{User}:{password}", $"http://localhost:{server.Port}/v1/account/balance/{User}"]);
        Assert.NotEqual(0, plain.ExitCode);
        Assert.Equal("", plain.Output);
    }

    private static async Task WrongAsync(Func<int, Task> guess)
    {
        for (var i = 0; i < PasswordLimits.TriesAtKnownSource; i++)
        {
            await guess(i);
        }
    }

    /// <summary>Status, and how long to wait.</summary>
    private static async Task<string> RestAsync(PortalServer server, string password) => (await ExternalProcess.RunAsync(
        "curl",
        [
            "-q", "-sS", "--cacert", Path.Combine(server.Data, "tls", "root.crt"), "--user", $"{User}:{password}", "-o", "/dev/null", "-w", "%{http_code} %header{retry-after}",
            $"https://localhost:{server.Port}/v1/account/balance/{User}",
        ])).Output;

    private async Task<int> FtpsAsync(PortalServer server, string password) => (await ExternalProcess.RunAsync(
        "curl", ["-q", "-sS", "--ssl-reqd", "--cacert", Path.Combine(server.Data, "tls", "root.crt"), "--user", $"{User}:{password}", string.Create(CultureInfo.InvariantCulture, $"ftp://localhost:{_ftp}/")])).ExitCode;
}
