using System.Text;
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

    public int Inputs => 12_800;

    /// <summary>Why a message ends the connection.</summary>
    public static FixedTexts Reasons { get; } = new(
        "Message ", "A service other than ssh-userauth", "A login to a service other than", "SERVICE_REQUEST is not built", "USERAUTH_REQUEST is not built",
        "USERAUTH_REQUEST publickey is not built", "Too many public keys", "Too many signatures", "Too many requests other than");

    public IReadOnlyCollection<string> Outcomes { get; } =
    [
        "LoggedIn", "KeyAcceptable", "ServiceAccepted", "Nothing", "MethodRefused", "NoUserName", "UnknownAlgorithm", "OtherKeyType", "NotInstalled",
        .. Enum.GetNames<SignatureVerdict>().Where(name => name is not (nameof(SignatureVerdict.Good) or nameof(SignatureVerdict.WrongAlgorithm))),
        .. Enum.GetValues<PublicKeyError>().Where(error => error is not (PublicKeyError.None or PublicKeyError.UnsupportedType)).Select(error => "Key" + error),
        .. Reasons.All,
    ];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-userauth", "ssh-connection", "none", "publickey", "password", "keyboard-interactive", "hostbased", FuzzApplication.User, "root", "ssh-ed25519",
        "rsa-sha2-512", "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519-cert-v01@openssh.com", "\0", "fuzz\0", "\u001b[31m",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var sender = new FuzzSender();
        var last = "Nothing";
        var machine = new AuthenticationMachine(_application, FuzzApplication.Connection, Limits, SessionId, AlgorithmOffer.UserKeyAlgorithms, sender);
        foreach (var message in FuzzFrames.Read(input.Span))
        {
            // The message gate lets nothing else come here.
            if (message[0] is not (SshMessage.ServiceRequest or SshMessage.UserAuthRequest))
            {
                continue;
            }

            var before = sender.Count;
            try
            {
                if (await machine.HandleAsync(message[0], message, CancellationToken.None) == AuthenticationProgress.Succeeded)
                {
                    return _signed.Value.Contains(Convert.ToHexString(message)) ? "LoggedIn" : throw new InvalidOperationException("A forged request logged in.");
                }

                last = sender.Count == before ? "Nothing" : sender.Last switch
                {
                    SshMessage.ServiceAccept => "ServiceAccepted",
                    SshMessage.UserAuthPkOk => "KeyAcceptable",
                    _ => Refusal(message),
                };
            }
            catch (SshDisconnectException exception)
            {
                return Reasons.Of(exception);
            }
        }

        if (machine.User?.Any(char.IsControl) == true || machine.TriedMethods.Any(method => method.Any(char.IsControl)))
        {
            throw new InvalidOperationException("A user name or method with control characters would reach the log.");
        }

        return last;
    }

    /// <summary>A client learns one "no" for all of these; here each parser is asked for its own, in the order in which the machine asks them.</summary>
    private static string Refusal(byte[] message)
    {
        if (!UserAuthRequest.TryParse(message, out var request) || !request.Method.SequenceEqual("publickey"u8))
        {
            return "MethodRefused";
        }

        if (!PublicKeyRequest.TryParse(request.Rest, out var fields))
        {
            throw new InvalidOperationException("A request that cannot be read was answered.");
        }

        var algorithm = Encoding.Latin1.GetString(fields.Algorithm);
        if (!UserName.TryDecode(request.User, out var user))
        {
            return "NoUserName";
        }

        if (!AlgorithmOffer.UserKeyAlgorithms.Contains(algorithm, StringComparer.Ordinal))
        {
            return "UnknownAlgorithm";
        }

        if (!fields.BlobHasType(PublicKeyRequest.KeyTypeOf(algorithm)))
        {
            return "OtherKeyType";
        }

        var error = SshPublicKeys.TryParse(fields.Blob, out var key);
        if (error != PublicKeyError.None)
        {
            return "Key" + error;
        }

        if (!FuzzApplication.Accepts(user, key!))
        {
            return "NotInstalled";
        }

        var signed = new MessageBuilder().String(SessionId).Raw(message.AsSpan(0, message.Length - 4 - fields.Signature.Length)).ToArray();
        return key!.Judge(algorithm, signed, fields.Signature).ToString();
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
        var foreign = FuzzKeys.All[1].Key.PublicKey.Blob.ToArray();
        byte[] Query(string user, string algorithm, byte[] key) => Request(user, "publickey", fields => fields.Boolean(false).String(algorithm).String(key));
        byte[] With(byte[] signature) =>
            Request(FuzzApplication.User, "publickey", fields => fields.Boolean(true).String("ssh-ed25519").String(blob).String(signature));
        yield return ("no-user-name", FuzzFrames.Write([service, Query("a\0b", "ssh-ed25519", blob)]));
        yield return ("unknown-algorithm", FuzzFrames.Write([service, Query(FuzzApplication.User, "ssh-rsa", blob)]));
        yield return ("other-key-type", FuzzFrames.Write([service, Query(FuzzApplication.User, "ecdsa-sha2-nistp256", blob)]));
        yield return ("not-installed", FuzzFrames.Write([service, Query(FuzzApplication.User, "ecdsa-sha2-nistp256", foreign)]));
        yield return ("signature-none", FuzzFrames.Write([service, With([])]));
        yield return ("signature-short", FuzzFrames.Write([service, With(new MessageBuilder().String("ssh-ed25519").String(new byte[63]).ToArray())]));
        yield return ("signature-other", FuzzFrames.Write([service, With(new MessageBuilder().String("ssh-ed25519").String(new byte[64]).ToArray())]));
        yield return ("signatures", FuzzFrames.Write([service, .. Enumerable.Repeat(With([]), 20)]));
        yield return ("queries", FuzzFrames.Write([service, .. Enumerable.Repeat(query, 60)]));
        yield return ("other-service", FuzzFrames.Write([new MessageBuilder(SshMessage.ServiceRequest).String("ssh-connection").ToArray()]));
        yield return ("service-left-over", FuzzFrames.Write([[.. service, 0]]));
        yield return ("login-elsewhere", FuzzFrames.Write(
            [service, new MessageBuilder(SshMessage.UserAuthRequest).String("fuzz").String("ssh-userauth").String("none").ToArray()]));
        yield return ("request-cut", FuzzFrames.Write([service, none[..^1]]));
        yield return ("publickey-cut", FuzzFrames.Write([service, query[..^1]]));
        foreach (var (name, key) in new KeyBlobTarget().Record().Where(input => input.Name is "rsa-1024" or "rsa-16392" or "rsa-e1" or "p256-off-curve" or "ed25519-short"))
        {
            var type = name.Split('-')[0] switch { "rsa" => "rsa-sha2-512", "p256" => "ecdsa-sha2-nistp256", _ => "ssh-ed25519" };
            yield return ("key-" + name, FuzzFrames.Write([service, Query(FuzzApplication.User, type, key)]));
        }

        yield return ("too-many", FuzzFrames.Write([service, .. Enumerable.Repeat(none, 20)]));
        foreach (var (name, key) in FuzzKeys.All)
        {
            yield return ("signed-" + name, FuzzFrames.Write([service, Signed(FuzzApplication.User, key)]));
        }
    }
}
