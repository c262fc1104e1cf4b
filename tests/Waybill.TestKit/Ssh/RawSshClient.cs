using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>
/// An SSH client for tests, independent of the server's library and deliberately permissive: each step of the protocol is a call, in any order, with any
/// content. What the server sends is checked: host key signature, exchange hash, tags, padding.
/// </summary>
public sealed partial class RawSshClient : IAsyncDisposable
{
    private readonly SemaphoreSlim _sendGate = new(1, 1);
    private readonly SemaphoreSlim _receiveGate = new(1, 1);
    private byte[] _clientKexInitPayload = [];
    private byte[] _serverKexInitPayload = [];
    private KeyAgreement? _method;
    private KeyAgreementClient? _agreement;
    private DerivedKeys? _pending;
    private readonly ConcurrentQueue<byte[]> _owedFailures = new();
    private volatile bool _ownRekey;
    private volatile bool _ownKexInitSent;

    /// <summary>Talks over a stream; the client owns it.</summary>
    public RawSshClient(Stream stream) => Transport = new RawSshTransport(stream);

    /// <summary>Talks over a two-way pipe.</summary>
    public RawSshClient(IDuplexPipe pipe)
        : this(new DuplexPipeStream(pipe))
    {
    }

    /// <summary>The packet layer.</summary>
    public RawSshTransport Transport { get; }

    /// <summary>Our version line, without CR LF.</summary>
    public string ClientVersion { get; set; } = "SSH-2.0-Waybill_TestKit";

    /// <summary>The server's version line, without CR LF.</summary>
    public string ServerVersion { get; private set; } = "";

    /// <summary>The KEXINIT sent last.</summary>
    public RawKexInit? ClientKexInit { get; private set; }

    /// <summary>The KEXINIT received last.</summary>
    public RawKexInit? ServerKexInit { get; private set; }

    /// <summary>What <see cref="HandshakeAsync"/> and rekeys offer.</summary>
    public RawKexInit Offer { get; set; } = new();

    /// <summary>What was agreed on last.</summary>
    public NegotiatedAlgorithms? Algorithms { get; private set; }

    /// <summary>The first exchange's hash.</summary>
    public byte[] SessionId { get; private set; } = [];

    /// <summary>The last exchange's hash.</summary>
    public byte[] ExchangeHash { get; private set; } = [];

    /// <summary>The server's host key.</summary>
    public SshPublicKey? HostKey { get; private set; }

    /// <summary>Whether both sides' first KEXINIT asked for strict key exchange; may be overridden to lie.</summary>
    public bool IsStrict { get; set; }

    /// <summary>NEWKEYS sent.</summary>
    public int KeyExchanges { get; private set; }

    /// <summary>EXT_INFO as received: name and value.</summary>
    public Dictionary<string, string> Extensions { get; } = new(StringComparer.Ordinal);

    /// <summary>Global requests that the server has sent, as received; the first 100.</summary>
    public List<byte[]> GlobalRequests { get; } = [];

    /// <summary>Sequence numbers that the server said it did not implement.</summary>
    public List<uint> Unimplemented { get; } = [];

    /// <summary>Connects a socket.</summary>
    public static async Task<RawSshClient> ConnectAsync(int port, string host = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await socket.ConnectAsync(host, port, limit.Token);
        return new RawSshClient(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Sends our version line, or any other text before CR LF.</summary>
    public Task SendVersionAsync(string? line = null) => Transport.SendRawAsync(Encoding.Latin1.GetBytes((line ?? ClientVersion) + "\r\n"));

    /// <summary>Receives the server's version line, past lines before it.</summary>
    public async Task<string> ReceiveVersionAsync()
    {
        do
        {
            ServerVersion = await Transport.ReceiveLineAsync();
        }
        while (!ServerVersion.StartsWith("SSH-", StringComparison.Ordinal));
        return ServerVersion;
    }

    /// <summary>Sends a KEXINIT.</summary>
    public async Task SendKexInitAsync(RawKexInit? offer = null)
    {
        ClientKexInit = offer ?? Offer;
        _clientKexInitPayload = ClientKexInit.ToPayload();
        await Transport.SendPacketAsync(_clientKexInitPayload);
    }

    /// <summary>Receives the server's KEXINIT and negotiates.</summary>
    public async Task<RawKexInit> ReceiveKexInitAsync()
    {
        while (true)
        {
            var payload = await Transport.ReceivePacketAsync();
            if (payload[0] == SshMessage.KexInit)
            {
                return TakeServerKexInit(payload);
            }

            if (KeyExchanges == 0 || payload[0] == SshMessage.Disconnect)
            {
                throw Unexpected("KEXINIT", payload);
            }

            // Of a rekey: what the server sent before it saw our KEXINIT.
            Dispatch(payload);
        }
    }

    /// <summary>Starts the negotiated method (or another one) and returns the message with our share, not yet sent.</summary>
    public byte[] StartExchange(string? method = null)
    {
        Algorithms ??= NegotiatedAlgorithms.Choose(ClientKexInit!, ServerKexInit!);
        _method = KeyAgreements.Find(method ?? Algorithms.KeyExchange) ?? throw new ArgumentException($"There is no method {method}.", nameof(method));
        _agreement?.Dispose();
        _agreement = _method.StartAsClient();
        return ShareMessage(_agreement.Share.Span);
    }

    /// <summary>A message that carries any share in the current method's form.</summary>
    public byte[] ShareMessage(ReadOnlySpan<byte> share)
    {
        var message = new MessageBuilder(SshMessage.KexInitShare);
        return (_method!.SharesAreMpints ? message.Mpint(share) : message.String(share)).ToArray();
    }

    /// <summary>Receives the server's share and signature, verifies them and derives keys, which <see cref="SendNewKeysAsync"/> installs.</summary>
    public async Task ReceiveKexReplyAsync()
    {
        var payload = await ReceiveOfExchangeAsync();
        if (payload[0] != SshMessage.KexReply)
        {
            throw Unexpected("the key exchange reply", payload);
        }

        FinishExchange(payload);
    }

    /// <summary>Sends NEWKEYS and seals with the new keys from then on.</summary>
    public async Task SendNewKeysAsync()
    {
        await Transport.SendPacketAsync([SshMessage.NewKeys]);
        UseNewSealer();
    }

    /// <summary>Receives NEWKEYS and opens with the new keys from then on.</summary>
    public async Task ReceiveNewKeysAsync()
    {
        var payload = await ReceiveOfExchangeAsync();
        if (payload is not [SshMessage.NewKeys])
        {
            throw Unexpected("NEWKEYS", payload);
        }

        UseNewOpener();
    }

    /// <summary>Seals with the keys of the exchange that has just run; the sequence number goes to 0 when strict.</summary>
    public void UseNewSealer()
    {
        var algorithms = Algorithms!;
        var (key, iv) = RawAlgorithms.SizesOf(algorithms.CipherToServer);
        Transport.Sealer?.Dispose();
        Transport.Sealer = PacketCiphers.CreateSealer(
            algorithms.CipherToServer, algorithms.MacToServer, _pending!.Derive('C', key), _pending.Derive('A', iv),
            _pending.Derive('E', RawAlgorithms.MacKeyOf(algorithms.MacToServer)));
        Transport.SendSequence = IsStrict ? 0 : Transport.SendSequence;
        KeyExchanges++;
    }

    /// <summary>Opens with the keys of the exchange that has just run; the sequence number goes to 0 when strict.</summary>
    public void UseNewOpener()
    {
        var algorithms = Algorithms!;
        var (key, iv) = RawAlgorithms.SizesOf(algorithms.CipherToClient);
        Transport.Opener?.Dispose();
        Transport.Opener = PacketCiphers.CreateOpener(
            algorithms.CipherToClient, algorithms.MacToClient, _pending!.Derive('D', key), _pending.Derive('B', iv),
            _pending.Derive('F', RawAlgorithms.MacKeyOf(algorithms.MacToClient)));
        Transport.ReceiveSequence = IsStrict ? 0 : Transport.ReceiveSequence;
    }

    /// <summary>Version lines and the first key exchange, all the way to both NEWKEYS.</summary>
    public async Task HandshakeAsync(RawKexInit? offer = null)
    {
        Offer = offer ?? Offer;
        await SendVersionAsync();
        await ReceiveVersionAsync();
        await SendKexInitAsync();
        await ReceiveKexInitAsync();
        await ExchangeAsync();
    }

    /// <summary>After both KEXINITs: shares and NEWKEYS.</summary>
    public async Task ExchangeAsync()
    {
        await Transport.SendPacketAsync(StartExchange());
        await ReceiveKexReplyAsync();
        await SendNewKeysAsync();
        await ReceiveNewKeysAsync();
    }

    /// <summary>Sends one message; waits while a rekey runs.</summary>
    public async Task SendAsync(byte[] payload)
    {
        await EnterAsync(_sendGate, "send");
        try
        {
            await Transport.SendPacketAsync(payload);
        }
        finally
        {
            _sendGate.Release();
        }
    }

    /// <summary>Runs a key exchange that we begin; messages that come meanwhile reach their channels. Others may receive and send at the same time.</summary>
    public async Task RekeyAsync(RawKexInit? offer = null)
    {
        await EnterAsync(_sendGate, "send");
        try
        {
            _ownRekey = true;
            await SendKexInitAsync(offer);
            _ownKexInitSent = true;
            // Whoever receives the server's KEXINIT finishes the exchange.
            await PumpUntilAsync(() => !_ownRekey);
            while (_owedFailures.TryDequeue(out var failure))
            {
                await Transport.SendPacketAsync(failure);
            }
        }
        finally
        {
            _ownRekey = _ownKexInitSent = false;
            _sendGate.Release();
        }
    }

    /// <summary>
    /// Receives the next message of the connection; answers a rekey of the server's and keepalives on the way, notes EXT_INFO and UNIMPLEMENTED, drops
    /// IGNORE and DEBUG.
    /// </summary>
    public async Task<byte[]> ReceiveAsync()
    {
        while (true)
        {
            if (await ReceiveOrHandleAsync() is { } payload)
            {
                return payload;
            }
        }
    }

    /// <summary>Receives until the server closes; the last DISCONNECT, or null when it said none. The first 1,000 others are kept.</summary>
    public async Task<Ending> ReceiveEndAsync()
    {
        var others = new List<byte[]>();
        Disconnected? disconnect = null;
        try
        {
            while (true)
            {
                var payload = await Transport.ReceivePacketAsync();
                if (payload[0] == SshMessage.Disconnect)
                {
                    disconnect = Disconnected.Parse(payload);
                }
                else if (others.Count < 1000)
                {
                    others.Add(payload);
                }
            }
        }
        catch (PeerClosedException)
        {
            return new Ending(disconnect, others);
        }
    }

    /// <summary>Says goodbye.</summary>
    public Task DisconnectAsync(uint reason = 11, string text = "bye") =>
        SendAsync(new MessageBuilder(SshMessage.Disconnect).UInt32(reason).String(text).String("").ToArray());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _agreement?.Dispose();
        await Transport.DisposeAsync();
    }

    /// <summary>Receives one message; null when it was of the kinds that <see cref="ReceiveAsync"/> handles by itself.</summary>
    private async Task<byte[]?> ReceiveOrHandleAsync()
    {
        var payload = await Transport.ReceivePacketAsync();
        switch (payload[0])
        {
            case SshMessage.Ignore or SshMessage.Debug:
                return null;
            case SshMessage.Unimplemented:
                TakeUnimplemented(payload);
                return null;
            case SshMessage.ExtInfo:
                TakeExtensions(payload);
                return null;
            case SshMessage.KexInit:
                await AnswerRekeyAsync(payload);
                return null;
            case SshMessage.GlobalRequest:
                await AnswerGlobalRequestAsync(payload);
                return null;
            default:
                return payload;
        }
    }

    internal static Exception Unexpected(string wanted, byte[] payload) => payload[0] == SshMessage.Disconnect
        ? new PeerClosedException($"Waited for {wanted}; the server disconnected: {Disconnected.Parse(payload)}")
        : new InvalidDataException($"Waited for {wanted}; the server sent message {payload[0]} ({payload.Length} bytes).");

    private async Task EnterAsync(SemaphoreSlim gate, string what)
    {
        if (!await gate.WaitAsync(Transport.Timeout))
        {
            throw new TimeoutException($"Could not {what} within {Transport.Timeout}.");
        }
    }

    private RawKexInit TakeServerKexInit(byte[] payload)
    {
        _serverKexInitPayload = payload;
        ServerKexInit = RawKexInit.Parse(payload);
        if (KeyExchanges == 0 && ClientKexInit is not null)
        {
            IsStrict = ClientKexInit.KeyExchange.Contains(RawKexInit.StrictClient) && ServerKexInit.KeyExchange.Contains(RawKexInit.StrictServer);
        }

        Algorithms = ClientKexInit is null ? null : NegotiatedAlgorithms.Choose(ClientKexInit, ServerKexInit);
        return ServerKexInit;
    }

    private async Task AnswerRekeyAsync(byte[] serverKexInit)
    {
        var deadline = Environment.TickCount64 + (long)Transport.Timeout.TotalMilliseconds;
        while (!_ownRekey)
        {
            if (await _sendGate.WaitAsync(TimeSpan.FromMilliseconds(20)))
            {
                try
                {
                    await SendKexInitAsync();
                    TakeServerKexInit(serverKexInit);
                    await ExchangeAsync();
                    return;
                }
                finally
                {
                    _sendGate.Release();
                }
            }

            if (Environment.TickCount64 > deadline)
            {
                throw new TimeoutException($"Could not answer the server's KEXINIT within {Transport.Timeout}.");
            }
        }

        // We have begun one too: the KEXINITs cross, and the task in RekeyAsync holds the gate for us.
        while (!_ownKexInitSent)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        TakeServerKexInit(serverKexInit);
        await ExchangeAsync();
        _ownRekey = _ownKexInitSent = false;
    }

    /// <summary>In a rekey a server may say UNIMPLEMENTED between; in the first exchange nothing may come between.</summary>
    private async Task<byte[]> ReceiveOfExchangeAsync()
    {
        while (true)
        {
            var payload = await Transport.ReceivePacketAsync();
            if (KeyExchanges == 0 || payload[0] != SshMessage.Unimplemented)
            {
                return payload;
            }

            TakeUnimplemented(payload);
        }
    }

    private void TakeUnimplemented(byte[] payload) => Unimplemented.Add(BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(1)));

    private async Task AnswerGlobalRequestAsync(byte[] payload)
    {
        // byte SSH_MSG_GLOBAL_REQUEST, string request name, boolean want reply
        if (GlobalRequests.Count < 100)
        {
            GlobalRequests.Add(payload);
        }

        if (!WantsReply(payload))
        {
            return;
        }

        byte[] failure = [SshMessage.RequestFailure];
        while (!await _sendGate.WaitAsync(TimeSpan.FromMilliseconds(20)))
        {
            if (_ownRekey)
            {
                // A keepalive that was under way when we began an exchange: nothing may be sent before its end, and whoever began it waits for us.
                _owedFailures.Enqueue(failure);
                return;
            }
        }

        try
        {
            await Transport.SendPacketAsync(failure);
        }
        finally
        {
            _sendGate.Release();
        }

        static bool WantsReply(byte[] payload)
        {
            var reader = new SshReader(payload.AsSpan(1));
            reader.ReadString();
            return reader.ReadBoolean();
        }
    }

    private void TakeExtensions(byte[] payload)
    {
        // byte SSH_MSG_EXT_INFO, uint32 nr-extensions, then name and value each
        var reader = new SshReader(payload.AsSpan(1));
        var count = reader.ReadUInt32();
        for (var i = 0; i < count && reader.Succeeded; i++)
        {
            Extensions[Encoding.UTF8.GetString(reader.ReadString())] = Encoding.UTF8.GetString(reader.ReadString());
        }

        if (!reader.SucceededToTheEnd)
        {
            throw new InvalidDataException("The server's EXT_INFO is malformed.");
        }
    }

    private void FinishExchange(byte[] payload)
    {
        // byte SSH_MSG_KEX_ECDH_REPLY, string K_S, string Q_S (mpint f), string signature of the exchange hash
        var reader = new SshReader(payload.AsSpan(1));
        var hostKey = reader.ReadString();
        var share = _method!.SharesAreMpints ? reader.ReadPositiveMpint() : reader.ReadString();
        var signature = reader.ReadString();
        if (!reader.SucceededToTheEnd)
        {
            throw new InvalidDataException("The key exchange reply is malformed.");
        }

        if (!_agreement!.TryFinish(share, out var secretBytes))
        {
            throw new InvalidDataException("The server's share is bad.");
        }

        var secret = _method.SecretIsMpint ? new MessageBuilder().Mpint(secretBytes).ToArray() : new MessageBuilder().String(secretBytes).ToArray();
        var hashed = new MessageBuilder()
            .String(ClientVersion).String(ServerVersion)
            .String(_clientKexInitPayload).String(_serverKexInitPayload)
            .String(hostKey);
        hashed = _method.SharesAreMpints ? hashed.Mpint(_agreement.Share.Span).Mpint(share) : hashed.String(_agreement.Share.Span).String(share);
        using (var digest = IncrementalHash.CreateHash(_method.Hash))
        {
            digest.AppendData(hashed.Raw(secret).ToArray());
            ExchangeHash = digest.GetHashAndReset();
        }

        if (SshPublicKeys.TryParse(hostKey, out var key) != PublicKeyError.None || !key!.Verify(Algorithms!.HostKey, ExchangeHash, signature))
        {
            throw new InvalidDataException("The host key's signature of the exchange is wrong.");
        }

        HostKey = key;
        SessionId = SessionId.Length == 0 ? ExchangeHash : SessionId;
        _pending = new DerivedKeys(_method.Hash, secret, ExchangeHash, SessionId);
    }

    private sealed record DerivedKeys(HashAlgorithmName Hash, byte[] Secret, byte[] ExchangeHash, byte[] SessionId)
    {
        public byte[] Derive(char letter, int length) => RawAlgorithms.DeriveKey(Hash, Secret, ExchangeHash, letter, SessionId, length);
    }
}
