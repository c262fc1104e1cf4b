using Waybill.Ssh.Authentication;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.KeyExchange;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz.Targets;

/// <summary>User authentication: messages 5 and 50 under a fixed session id. A login by a request that nobody signed is a forgery and fails the target.</summary>
internal sealed class UserAuthTarget : IFuzzTarget
{
    private static readonly byte[] SessionId = "the session that is fuzzed, ever"u8.ToArray();
    private static readonly SshLimits Limits = new();
    private readonly FuzzApplication _application = new();
    private readonly Lazy<HashSet<string>> _signed;

    public UserAuthTarget() => _signed = new(() => [.. Corpus.Load(this).SelectMany(input => FuzzFrames.Read(input)).Select(Convert.ToHexString)]);

    public string Name => "userauth";

    public int Weight => 16;

    public IReadOnlyCollection<string> Outcomes { get; } =
        ["LoggedIn", "KeyAcceptable", "Refused", "ServiceAccepted", "Nothing", nameof(SshEndReason.ProtocolError), nameof(SshEndReason.TooManyAttempts)];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-userauth", "ssh-connection", "none", "publickey", "password", "keyboard-interactive", "hostbased", FuzzApplication.User, "root", "ssh-ed25519",
        "rsa-sha2-512", "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519-cert-v01@openssh.com", "\0", "fuzz\0", "\u001b[31m",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var sender = new FuzzSender();
        var machine = new AuthenticationMachine(_application, FuzzApplication.Connection, Limits, SessionId, AlgorithmOffer.UserKeyAlgorithms, sender);
        foreach (var message in FuzzFrames.Read(input.Span))
        {
            // The message gate lets nothing else come here.
            if (message[0] is not (SshMessage.ServiceRequest or SshMessage.UserAuthRequest))
            {
                continue;
            }

            try
            {
                if (await machine.HandleAsync(message[0], message, CancellationToken.None) == AuthenticationProgress.Succeeded)
                {
                    return _signed.Value.Contains(Convert.ToHexString(message)) ? "LoggedIn" : throw new InvalidOperationException("A forged request logged in.");
                }
            }
            catch (SshDisconnectException exception)
            {
                return exception.Reason.ToString();
            }
        }

        if (machine.User?.Any(char.IsControl) == true || machine.TriedMethods.Any(method => method.Any(char.IsControl)))
        {
            throw new InvalidOperationException("A user name or method with control characters would reach the log.");
        }

        return sender.HasSent(SshMessage.UserAuthPkOk) ? "KeyAcceptable"
            : sender.HasSent(SshMessage.UserAuthFailure) ? "Refused"
            : sender.HasSent(SshMessage.ServiceAccept) ? "ServiceAccepted"
            : "Nothing";
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        var service = new MessageBuilder(SshMessage.ServiceRequest).String("ssh-userauth").ToArray();
        static byte[] Request(string user, string method, Action<MessageBuilder>? fields = null)
        {
            var request = RawSshClient.AuthenticationRequest(user, method);
            fields?.Invoke(request);
            return request.ToArray();
        }

        static byte[] Signed(string user, SshPrivateKey key)
        {
            var algorithm = key.PublicKey.SignatureAlgorithms[0];
            var request = Request(user, "publickey", fields => fields.Boolean(true).String(algorithm).String(key.PublicKey.Blob.Span));
            return new MessageBuilder().Raw(request).String(key.Sign(algorithm, new MessageBuilder().String(SessionId).Raw(request).ToArray())).ToArray();
        }

        var blob = FuzzKeys.Ed25519.PublicKey.Blob.ToArray();
        var none = Request(FuzzApplication.User, "none");
        var query = Request(FuzzApplication.User, "publickey", fields => fields.Boolean(false).String("ssh-ed25519").String(blob));
        yield return ("login", FuzzFrames.Write([service, none, query, Signed(FuzzApplication.User, FuzzKeys.Ed25519)]));
        yield return ("query", FuzzFrames.Write([service, query]));
        yield return ("service", FuzzFrames.Write([service]));
        yield return ("no-service", FuzzFrames.Write([none]));
        yield return ("nothing", FuzzFrames.Write([[2, 0, 0, 0, 0]]));
        yield return ("password", FuzzFrames.Write([service, Request("root", "password", fields => fields.Boolean(false).String("secret"))]));
        yield return ("keyboard", FuzzFrames.Write([service, Request("root", "keyboard-interactive", fields => fields.String("").String(""))]));
        yield return ("other-user", FuzzFrames.Write([service, Signed("root", FuzzKeys.Ed25519)]));
        yield return ("too-many", FuzzFrames.Write([service, .. Enumerable.Repeat(none, 20)]));
        foreach (var (name, key) in FuzzKeys.All)
        {
            yield return ("signed-" + name, FuzzFrames.Write([service, Signed(FuzzApplication.User, key)]));
        }
    }
}
