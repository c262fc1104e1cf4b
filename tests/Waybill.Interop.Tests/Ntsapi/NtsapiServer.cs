using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>A server that speaks NTSAPI on one port number at two addresses, by TLS and plain, with a range of numbers.</summary>
public sealed class NtsapiServer : IAsyncLifetime
{
    /// <summary>The first number of its range.</summary>
    public const string First = "01224000000";

    /// <summary>Where it is plain; TLS is at localhost.</summary>
    public const string PlainAddress = "127.0.0.2";

    /// <summary>Where TLS is too, under a name that the certificate does not hold.</summary>
    public const string UnnamedAddress = "127.0.0.3";

    public NtsapiServer()
        : this([])
    {
    }

    internal NtsapiServer(params string[] settings) => Server = new WaybillServer
    {
        Settings = [string.Create(CultureInfo.InvariantCulture, $"Portal:Listen=127.0.0.1:{PortalPort}"), string.Create(CultureInfo.InvariantCulture, $"Portal:PublicUrl=https://localhost:{PortalPort}"),
            string.Create(CultureInfo.InvariantCulture, $"Ntsapi:ListenTls=127.0.0.1:{Port},{UnnamedAddress}:{Port}"), string.Create(CultureInfo.InvariantCulture, $"Ntsapi:Listen={PlainAddress}:{Port}"),

            // All mistakes of these tests come from one address.
            "Limits:Exempt=127.0.0.0/8", .. settings],
    };

    public int Port { get; } = Ports.Free();

    /// <summary>Where the portal is, with the REST API.</summary>
    public int PortalPort { get; } = Ports.Free();

    public WaybillServer Server { get; }

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        await AddRangeAsync(First, "01224009999");
        await Server.CommandAsync("numbers", "account", WaybillServer.User, "--pstn", "yes");
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task AddRangeAsync(string first, string last) => Server.CommandAsync("numbers", "add-range", first, last);

    /// <summary>A login of an account, and its password.</summary>
    internal async Task<string> AddLoginAsync(string user, string account = WaybillServer.User)
    {
        await Server.CommandAsync("login", "add", user, "--account", account);
        return (await Server.CommandAsync("password", "generate", user)).Output.Trim();
    }

    /// <summary>A connection by TLS, greeted, that checks the certificate.</summary>
    internal Task<NtsapiLine> ConnectAsync() => NtsapiLine.ConnectAsync("localhost", Port, Server.Root);

    /// <summary>The same without TLS.</summary>
    internal Task<NtsapiLine> ConnectPlainAsync() => NtsapiLine.ConnectAsync(PlainAddress, Port, root: null);

    /// <summary>A session of a login, by TLS.</summary>
    internal async Task<NtsapiLine> LogInAsync(string user, string password)
    {
        var line = await ConnectAsync();
        Assert.Equal("0 Access granted. Welcome (cl=500)", await line.AskAsync($"AUTH {user} {password}"));
        return line;
    }
}
