using Waybill.Ssh.KeyExchange;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.HostKeys;

/// <summary>
/// hostkeys-00@openssh.com and hostkeys-prove-00@openssh.com (OpenSSH PROTOCOL section 2.5): a client that has logged in hears of every host key, asks for proof
/// of those that it does not know, and knows the next key before it is used. Immutable; one for a listener's keys, shared by its connections.
/// </summary>
internal sealed class HostKeyAnnouncement
{
    private const int LongestName = 32;

    /// <summary>
    /// Clients that end the connection over a global request that they do not know, by the beginning of their software's name: those that OpenSSH's server
    /// spares too.
    /// </summary>
    private static readonly string[] Confused =
    [
        "Cisco-1.", "TeraTerm SSH", "TTSSH/1.5.", "TTSSH/2.1", "TTSSH/2.2", "TTSSH/2.3", "TTSSH/2.4", "TTSSH/2.5", "TTSSH/2.6", "TTSSH/2.70", "TTSSH/2.71", "TTSSH/2.72",
    ];

    private readonly IReadOnlyList<SshPrivateKey> _keys;
    private readonly byte[] _message;

    public HostKeyAnnouncement(IReadOnlyList<SshPrivateKey> keys)
    {
        _keys = keys;
        _message = Build(keys);
    }

    /// <summary>The request's name, which is signed too.</summary>
    public static ReadOnlySpan<byte> ProofName => "hostkeys-prove-00@openssh.com"u8;

    /// <summary>The global request, from the message number on.</summary>
    public ReadOnlySpan<byte> Message => _message;

    /// <summary>Whether the client can be told.</summary>
    public static bool IsUnderstoodBy(string software) => !Array.Exists(Confused, name => software.StartsWith(name, StringComparison.Ordinal));

    /// <summary>
    /// Signs the session's id with each key that the client names, in its order: the answer's payload, or null if one is not announced here or is named twice.
    /// </summary>
    public byte[]? Prove(HostKeyProofRequest request, ReadOnlySpan<byte> sessionId, Negotiation negotiation, KexInit client)
    {
        var named = new HashSet<SshPrivateKey>();
        var signatures = new List<byte[]>();
        foreach (var blob in request)
        {
            // Each key once: a client must not get more signatures out of one request than there are keys.
            if (Find(blob) is not { } key || !named.Add(key))
            {
                return null;
            }

            signatures.Add(key.Sign(Algorithm(key.PublicKey, negotiation, client), SignedData(sessionId, blob)));
        }

        if (signatures.Count == 0)
        {
            return null;
        }

        // byte      SSH_MSG_REQUEST_SUCCESS
        // string[]  signatures
        var answer = new byte[1 + signatures.Sum(signature => 4 + signature.Length)];
        var writer = new SshWriter(answer);
        writer.WriteByte(MessageNumber.RequestSuccess);
        foreach (var signature in signatures)
        {
            writer.WriteString(signature);
        }

        return answer;
    }

    /// <summary>
    /// The algorithm of the exchange where it fits: OpenSSH verifies an RSA proof with the one that was negotiated. Else the first of the key's own that the
    /// client knows. SHA-1 is not among them.
    /// </summary>
    private static string Algorithm(SshPublicKey key, Negotiation negotiation, KexInit client) =>
        key.SignatureAlgorithms.Contains(negotiation.HostKey)
            ? negotiation.HostKey
            : key.SignatureAlgorithms.FirstOrDefault(client.HostKeys.Has) ?? key.SignatureAlgorithms[0];

    private static byte[] SignedData(ReadOnlySpan<byte> sessionId, ReadOnlySpan<byte> blob)
    {
        // string    "hostkeys-prove-00@openssh.com"
        // string    session identifier
        // string    hostkey
        var data = new byte[(3 * 4) + ProofName.Length + sessionId.Length + blob.Length];
        var writer = new SshWriter(data);
        writer.WriteString(ProofName);
        writer.WriteString(sessionId);
        writer.WriteString(blob);
        return data;
    }

    private static byte[] Build(IReadOnlyList<SshPrivateKey> keys)
    {
        // byte      SSH_MSG_GLOBAL_REQUEST
        // string    "hostkeys-00@openssh.com"
        // boolean   0 (want reply)
        // string[]  hostkeys
        var message = new byte[1 + 4 + LongestName + 1 + keys.Sum(key => 4 + key.PublicKey.Blob.Length)];
        var writer = new SshWriter(message);
        writer.WriteByte(MessageNumber.GlobalRequest);
        writer.WriteString("hostkeys-00@openssh.com"u8);
        writer.WriteBoolean(false);
        foreach (var key in keys)
        {
            writer.WriteString(key.PublicKey.Blob.Span);
        }

        return writer.Written.ToArray();
    }

    private SshPrivateKey? Find(ReadOnlySpan<byte> blob)
    {
        foreach (var key in _keys)
        {
            if (key.PublicKey.Blob.Span.SequenceEqual(blob))
            {
                return key;
            }
        }

        return null;
    }
}
