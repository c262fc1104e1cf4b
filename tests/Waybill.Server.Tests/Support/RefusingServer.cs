using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Support;

/// <summary>A running server with logins that stand for every way not to get in, shared by the tests of one class; its source is exempt from penalties.</summary>
public sealed class RefusingServer(Template template) : IAsyncLifetime
{
    private static int _tags;

    private Data? _data;
    private RunningServer? _server;

    internal Data Data => _data!;

    internal RunningServer Server => _server!;

    /// <summary>The key of 10020 and, expired, revoked or beside the point, of others.</summary>
    internal SshPrivateKey Key { get; private set; } = null!;

    internal string Fingerprint => KeyFingerprint.Sha256(Key.PublicKey.Blob.Span);

    /// <summary>Installed on <c>globex</c> alone.</summary>
    internal SshPrivateKey Globex { get; private set; } = null!;

    /// <summary>An RSA key, installed on <c>oldtimer</c>.</summary>
    internal SshPrivateKey Rsa { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _data = await template.CopyAsync();
        Key = _data.LoadKey();
        Globex = await AddAsync("globex", await _data.MakeKeyAsync("globex"));
        Rsa = await AddAsync("oldtimer", await _data.MakeKeyAsync("rsa", "-t", "rsa", "-b", "2048"));
        await AddAsync("revoked", _data.KeyFile);
        await _data.SetUpAsync("key", "revoke", "revoked", Fingerprint, "--reason", "laptop stolen");
        await AddAsync("expired", _data.KeyFile);
        _data.Sql("UPDATE login_key SET expires_at = 1700000000000 WHERE login_id = (SELECT id FROM login WHERE user_name = 'expired')");
        await AddAsync("resting", _data.KeyFile);
        await _data.SetUpAsync("login", "suspend", "resting", "--reason", "bill unpaid");
        await _data.SetUpAsync("login", "add", "office", "--account", "10020", "--allow-from", "192.0.2.0/24");
        await _data.SetUpAsync("key", "add", "office", _data.KeyFile + ".pub");
        await _data.SetUpAsync("login", "add", "empty", "--account", "10020");
        await _data.SetUpAsync("account", "add", "10021", "--name", "Late Telecom");
        await _data.SetUpAsync("login", "add", "10021", "--account", "10021");
        await _data.SetUpAsync("key", "add", "10021", _data.KeyFile + ".pub");
        await _data.SetUpAsync("account", "suspend", "10021");
        _server = await RunningServer.StartAsync(_data, "--set", "Limits:Exempt=127.0.0.0/8", "--set", "Provider:SupportMail=help@example.com");
    }

    /// <summary>What the audit says of a client that did something after its handshake and left.</summary>
    internal async Task<string> RefusalAsync(Func<RawSshClient, Task> act, string software = "FileZilla_3.63.0", Func<RawSshClient, Task>? instead = null)
    {
        var tag = $"t{Interlocked.Increment(ref _tags)}.";
        await using (var client = await RawSshClient.ConnectAsync(Server.Port))
        {
            client.ClientVersion = $"SSH-2.0-{software} {tag}";
            if (instead is null)
            {
                await client.HandshakeAsync();
                await client.RequestServiceAsync();
            }

            await (instead ?? act)(client);
        }

        return await Data.DetailAsync(tag);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _data?.Dispose();
    }

    private async Task<SshPrivateKey> AddAsync(string login, string keyFile)
    {
        await Data.SetUpAsync("login", "add", login, "--account", "10020");
        await Data.SetUpAsync("key", "add", login, keyFile + ".pub");
        return PrivateKeyFile.Read(await File.ReadAllBytesAsync(keyFile)).Key!;
    }
}
