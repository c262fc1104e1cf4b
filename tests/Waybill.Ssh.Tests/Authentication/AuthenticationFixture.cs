using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Waybill.Ssh.Authentication;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Channels;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Tests.Authentication;

/// <summary>An authentication machine in front of an application that knows some users and keys; the client's requests as methods.</summary>
internal sealed class AuthenticationFixture
{
    public const string Ed25519 = "ssh-ed25519";

    public static readonly byte[] SessionId = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    public AuthenticationFixture(SshLimits? limits = null, bool service = true)
    {
        Application = new FakeApplication();
        Machine = new AuthenticationMachine(
            Application,
            new SshConnectionInfo
            {
                Id = "1", RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 1), LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 2),
                Features = new FeatureCollection(),
            },
            limits ?? new SshLimits(),
            SessionId,
            [Ed25519, "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"],
            Sender);
        if (service)
        {
            Assert.Equal(AuthenticationProgress.Continue, ServiceAsync("ssh-userauth").AsTask().GetAwaiter().GetResult());
            Sender.Clear();
        }
    }

    public FakeApplication Application { get; }

    public AuthenticationMachine Machine { get; }

    public RecordingSender Sender { get; } = new();

    public ValueTask<AuthenticationProgress> ServiceAsync(string service)
    {
        var message = new SshWriter(new byte[5 + service.Length]);
        message.WriteByte(5);
        message.WriteString(service);
        return SendAsync(message.Written.ToArray());
    }

    public ValueTask<AuthenticationProgress> MethodAsync(string method, string user = "alice", params byte[] rest) =>
        SendAsync(Message(Encoding.UTF8.GetBytes(user), "ssh-connection", method, rest));

    public ValueTask<AuthenticationProgress> QueryAsync(SshPrivateKey key, string? algorithm = null, string user = "alice") =>
        QueryAsync(key.PublicKey.Blob.ToArray(), algorithm ?? key.PublicKey.SignatureAlgorithms[0], user);

    public ValueTask<AuthenticationProgress> QueryAsync(byte[] blob, string algorithm, string user = "alice") =>
        SendAsync(Message(Encoding.UTF8.GetBytes(user), "ssh-connection", "publickey", Fields(false, algorithm, blob, null)));

    public ValueTask<AuthenticationProgress> SignAsync(SshPrivateKey key, string? algorithm = null, string user = "alice") =>
        SendAsync(SignedMessage(key, algorithm, user));

    public static byte[] SignedMessage(
        SshPrivateKey key, string? algorithm = null, string user = "alice", byte[]? sessionId = null, byte[]? blob = null, string? signWith = null)
    {
        algorithm ??= key.PublicKey.SignatureAlgorithms[0];
        blob ??= key.PublicKey.Blob.ToArray();
        var message = Message(Encoding.UTF8.GetBytes(user), "ssh-connection", "publickey", Fields(true, algorithm, blob, null));
        return [.. message, .. String(key.Sign(signWith ?? algorithm, [.. String(sessionId ?? SessionId), .. message]))];
    }

    /// <summary>Sends the message from memory that is overwritten when the call returns, as the transport's is.</summary>
    public async ValueTask<AuthenticationProgress> SendAsync(byte[] message)
    {
        var lent = message.ToArray();
        var pending = Machine.HandleAsync(lent[0], lent, CancellationToken.None).AsTask();
        lent.AsSpan().Fill(0xee);
        return await pending;
    }

    public static byte[] Message(byte[] user, string service, string method, byte[] rest) =>
        [50, .. String(user), .. String(Encoding.UTF8.GetBytes(service)), .. String(Encoding.UTF8.GetBytes(method)), .. rest];

    public static byte[] Fields(bool hasSignature, string algorithm, byte[] blob, byte[]? signature) =>
        [hasSignature ? (byte)1 : (byte)0, .. String(Encoding.UTF8.GetBytes(algorithm)), .. String(blob), .. signature is null ? [] : String(signature)];

    public static byte[] String(byte[] bytes)
    {
        var writer = new SshWriter(new byte[4 + bytes.Length]);
        writer.WriteString(bytes);
        return writer.Written.ToArray();
    }

    public void AssertFailure()
    {
        byte[] expected = [51, 0, 0, 0, 9, .. "publickey"u8, 0];
        Assert.Equal(expected, Assert.Single(Sender.Messages));
        Assert.Null(Machine.Login);
        Sender.Clear();
    }

    internal sealed class FakeApplication : ISshApplication
    {
        private readonly HashSet<string> _accepted = [];

        public List<string> Asked { get; } = [];

        public SshKeyOffer? LoggedIn { get; private set; }

        public bool RefusesLogin { get; set; }

        public string? RefusalWords { get; set; }

        public string? BannerText { get; set; }

        public int BannersAsked { get; private set; }

        public string? Banner(SshConnectionInfo connection)
        {
            BannersAsked++;
            return BannerText;
        }

        public TaskCompletionSource? Delay { get; set; }

        public void Accept(SshPrivateKey key, string user = "alice") => _accepted.Add(Name(user, key.PublicKey));

        public async ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken)
        {
            Asked.Add(offer.User);
            if (Delay is { } delay)
            {
                await delay.Task;
            }

            return _accepted.Contains(Name(offer.User, offer.Key));
        }

        public ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken)
        {
            if (RefusesLogin)
            {
                offer.Connection.Refusal = RefusalWords;
                return new ValueTask<ISshLogin?>((ISshLogin?)null);
            }

            Assert.Null(LoggedIn);
            LoggedIn = offer;
            return new ValueTask<ISshLogin?>(new ChannelFixture.FakeLogin());
        }

        public ValueTask ConnectionEndedAsync(SshConnectionReport report) => ValueTask.CompletedTask;

        private static string Name(string user, SshPublicKey key) => user + " " + Convert.ToHexString(key.Blob.Span);
    }
}
