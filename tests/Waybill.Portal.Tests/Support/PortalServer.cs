using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Support;

/// <summary>The real program with its portal on ports of its own, started once for the tests of this assembly; or once more by a test that wants it otherwise.</summary>
public sealed partial class PortalServer : IAsyncLifetime
{
    public const string Account = "10042";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static int _sources = 10;

    private ExternalProcess? _server;

    public TemporaryDirectory Directory { get; } = new();

    public string Data => Directory.Combine("data");

    /// <summary>Settings of every start and command.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    public int Port { get; } = Ports.Free();

    public string Url => $"https://localhost:{Port}";

    public X509Certificate2 Root { get; private set; } = null!;

    /// <summary>Where SSH listens.</summary>
    public int SshPort => int.Parse(SshListener().Match(_server!.Output).Groups[1].Value, CultureInfo.InvariantCulture);

    public string Logs => _server!.ErrorOutput;

    public string Output => _server!.Output;

    private string[] AllSettings =>
    [
        .. new[]
        {
            "Ssh:Listen=127.0.0.1:0", "Ftp:Listen=", "Ntsapi:ListenTls=", $"Portal:Listen=127.0.0.1:{Port}", $"Portal:PublicUrl={Url}", "Provider:Name=Example Telecom", "Provider:SupportMail=support@example.com",
            "Provider:Phone=+44 20 7946 0000",
            "Portal:Files=read-write",
            """Ntsapi:Public=[{"Host":"ntsapi.example.com","Port":777},{"Host":"plain.example.com","Port":7770,"Region":"GB","Tls":false}]""",
            """Ssh:Public=[{"Host":"sftp.example.com","Port":22,"Region":"GB"},{"Host":"sftp.example.net","Port":3333,"Region":"AU"}]""",
        }.Concat(Settings).SelectMany(static setting => new[] { "--set", setting }),
    ];

    private static string Program => Path.Combine(
        RepositoryRoot.Find(), "src", "Waybill.Server", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "waybill.dll");

    public ValueTask InitializeAsync() => InitializeAsync(null);

    /// <summary>Makes and starts it; <paramref name="before"/> is done in between.</summary>
    public async ValueTask InitializeAsync(Func<Task>? before)
    {
        await CommandAsync("init");
        await CommandAsync("account", "add", Account, "--name", "Interop Ltd", "--email", "files@interop.example");
        Root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Data, "tls", "root.crt"));
        await (before?.Invoke() ?? Task.CompletedTask);
        await StartAsync();
    }

    public async Task StartAsync()
    {
        _server = ExternalProcess.Start("dotnet", [Program, "serve", "--data", Data, .. AllSettings]);
        await _server.WaitForTextAsync("READY\n", Patience);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $@"(?m)^https 127\.0\.0\.1:{Port} \(portal\)$"), _server.Output);
    }

    public async Task<ProcessOutcome> StopAsync()
    {
        await _server!.SignalAsync("TERM");
        return await _server.WaitForExitAsync(Patience);
    }

    public Task SignalAsync(string signal) => _server!.SignalAsync(signal);

    public Task<ProcessOutcome> WaitForExitAsync() => _server!.WaitForExitAsync(Patience);

    /// <summary>Runs a command beside the server; it must succeed.</summary>
    public async Task<string> CommandAsync(params string[] words)
    {
        var outcome = await CommandTable.RunAsync([.. words, "--data", Data, .. AllSettings]);
        Assert.True(outcome.ExitCode == 0, $"waybill {string.Join(' ', words)}: {outcome}");
        return outcome.Output;
    }

    /// <summary>Runs a command that must be refused; returns what it said.</summary>
    public async Task<string> RefusedAsync(params string[] words)
    {
        var outcome = await CommandTable.RunAsync([.. words, "--data", Data, .. words.Contains("--set") ? AllSettings.Take(6) : AllSettings]);
        Assert.True(outcome.ExitCode == 1, $"waybill {string.Join(' ', words)}: {outcome}");
        return outcome.ErrorOutput;
    }

    public async Task<JsonElement> JsonAsync(params string[] words) => JsonDocument.Parse(await CommandAsync([.. words, "--json"])).RootElement;

    /// <summary>Changes the database beside the server; says how many rows.</summary>
    public async Task<int> TamperAsync(string sql)
    {
        // The program's own library binding, since none is shipped with the package.
        _ = Core.Database.WaybillDatabase.LibraryVersion;
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(Data, "waybill.db")};Pooling=False;Default Timeout=60");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>A client of SSH that has logged in, and stays.</summary>
    public async Task<ExternalProcess> ConnectAsync(string user, string key)
    {
        var client = ExternalProcess.Start("ssh",
        [
            "-F", "none", "-N", "-v", "-i", key, "-p", SshPort.ToString(CultureInfo.InvariantCulture), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", user + "@127.0.0.1",
        ]);
        try
        {
            for (var i = 0; !client.ErrorOutput.Contains("Authenticated to", StringComparison.Ordinal); i++)
            {
                Assert.False(client.HasExited || i > 600, client.ErrorOutput);
                await Task.Delay(100);
            }

            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client that trusts nothing but the installation's root, comes from an address of its own, and follows no redirection.</summary>
    public HttpClient Client(bool cookies = true)
    {
        var address = Address();
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = cookies,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = await ConnectAsync(address, Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust() },
        })
        {
            BaseAddress = new Uri(Url),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Patience,
        };
    }

    /// <summary>Trusts the installation's root alone.</summary>
    public X509ChainPolicy Trust() => new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { Root }, RevocationMode = X509RevocationMode.NoCheck };

    /// <summary>A TLS connection from an address.</summary>
    public async Task<SslStream> HandshakeAsync(IPAddress address, string? protocol = null)
    {
        var ssl = new SslStream(new NetworkStream(await ConnectAsync(address, Port), ownsSocket: true));
        try
        {
            await ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                CertificateChainPolicy = Trust(),
                ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)],
            }).WaitAsync(Patience);
            return ssl;
        }
        catch
        {
            await ssl.DisposeAsync();
            throw;
        }
    }

    /// <summary>An address on loopback that nobody else comes from.</summary>
    public static IPAddress Address()
    {
        var number = Interlocked.Increment(ref _sources);
        return new IPAddress([127, 0, (byte)(number / 250), (byte)(2 + (number % 250))]);
    }

    public static async Task<Socket> ConnectAsync(IPAddress from, int port, CancellationToken cancellationToken = default)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
        return socket;
    }

    /// <summary>The token of the first form of a page that has this action.</summary>
    public static string FormToken(string page, string action)
    {
        var form = page[page.IndexOf($"action=\"{action}\"", StringComparison.Ordinal)..];
        return Token().Match(form).Groups[1].Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { HasExited: false })
        {
            var outcome = await StopAsync();
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
        }

        if (_server is not null)
        {
            Assert.False(LogError().IsMatch(_server.ErrorOutput), _server.ErrorOutput);
            await _server.DisposeAsync();
        }

        Root?.Dispose();
        Directory.Dispose();
    }

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="([^"]+)""")]
    private static partial Regex Token();

    [GeneratedRegex(@"(?m)^ssh 127\.0\.0\.1:(\d+) ")]
    private static partial Regex SshListener();

    [GeneratedRegex("Z (fail|crit): |Unhandled exception")]
    private static partial Regex LogError();
}
