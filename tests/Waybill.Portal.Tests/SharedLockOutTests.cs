using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Waybill.Core.Passwords;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Wrong passwords of a login count together whatever they came by, and so do its commands and calls.</summary>
public sealed class SharedLockOutTests(SharedLockOutTests.OneServer shared) : IClassFixture<SharedLockOutTests.OneServer>
{
    private const string User = "10042";

    private const int PerSecond = 5;

    private static string Commands { get; } = string.Concat(Enumerable.Repeat("STAT 01999999999\n", 4 * PerSecond));

    [Fact]
    public async Task Guesses_over_FTPS_lock_the_REST_API_and_the_other_way_round()
    {
        var (server, password) = (shared.Server, shared.Password);
        await AnsweredAsync("200 ");
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

    [Fact]
    public async Task Commands_of_NTSAPI_and_calls_of_REST_have_one_rate()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flood = FloodAsync(began, enough.Token);
        await began.Task.WaitAsync(patience.Token);

        // A call may win the one place that comes free in a while, but not again and again.
        await AnsweredAsync("429 1");
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flood);
        await AnsweredAsync("200 ");
    }

    [Fact]
    public async Task Tokens_of_one_account_have_that_rate_for_numbers_and_the_provider_s_have_it_not()
    {
        async Task<string[]> AskAsync(params string[] of)
        {
            var token = (await shared.Server.CommandAsync(["token", "add", "rate", "--scope", "numbers:read", "--days", "1", .. of])).Trim();
            return (await ExternalProcess.RunAsync(
                "curl",
                [
                    "-q", "-sS", "--cacert", Path.Combine(shared.Server.Data, "tls", "root.crt"), "-H", $"Authorization: Bearer {token}", "-o", "/dev/null", "-w", "%{http_code} %header{retry-after}\n",
                    $"https://localhost:{shared.Server.Port}/v1/numbers?limit=[1-40]",
                ])).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        var own = await AskAsync("--account", User);
        Assert.Equal(Enumerable.Repeat("200 ", PerSecond), own[..PerSecond]);
        Assert.Contains("429 1", own);
        Assert.All(await AskAsync(), static answer => Assert.Equal("200 ", answer));
    }

    /// <summary>Sends more commands than the rate has places for, until it is stopped.</summary>
    private async Task FloodAsync(TaskCompletionSource began, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, shared.Ntsapi, cancellationToken);
        using var lines = new StreamReader(client.GetStream());
        await lines.ReadLineAsync(cancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"AUTH {User} {shared.Password}\n"), cancellationToken);
        Assert.StartsWith("0 ", await lines.ReadLineAsync(cancellationToken), StringComparison.Ordinal);
        while (true)
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Commands), cancellationToken);
            for (var i = 0; i < 4 * PerSecond; i++)
            {
                if ((await lines.ReadLineAsync(cancellationToken))!.StartsWith("7 Too many commands", StringComparison.Ordinal))
                {
                    began.TrySetResult();
                }
            }
        }
    }

    /// <summary>Calls until that is the answer; it is done, or too fast, and nothing else.</summary>
    private async Task AnsweredAsync(string answer)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await RestAsync(shared.Server, shared.Password) is var said && said != answer)
        {
            Assert.Matches("^(200 |429 1)$", said);
            patience.Token.ThrowIfCancellationRequested();
        }
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
        "curl", ["-q", "-sS", "--ssl-reqd", "--cacert", Path.Combine(server.Data, "tls", "root.crt"), "--user", $"{User}:{password}", string.Create(CultureInfo.InvariantCulture, $"ftp://localhost:{shared.Ftp}/")])).ExitCode;

    /// <summary>A server that speaks FTPS, NTSAPI and REST, and a login with its password.</summary>
    public sealed class OneServer : IAsyncLifetime
    {
        public OneServer() => Server = new PortalServer
        {
            Settings =
            [
                string.Create(CultureInfo.InvariantCulture, $"Ftp:Listen=127.0.0.1:{Ftp}"), string.Create(CultureInfo.InvariantCulture, $"Ntsapi:Listen=127.0.0.1:{Ntsapi}"),
                string.Create(CultureInfo.InvariantCulture, $"Ntsapi:CommandsPerSecond={PerSecond}"),
            ],
        };

        public int Ftp { get; } = Ports.Free();

        public int Ntsapi { get; } = Ports.Free();

        public PortalServer Server { get; }

        public string Password { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await Server.CommandAsync("login", "add", User, "--account", User);
            Password = (await Server.CommandAsync("password", "generate", User)).Trim();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
