using static Waybill.Ssh.Hosting.ConnectionPhase;

namespace Waybill.Ssh.Hosting;

/// <summary>What becomes of a message.</summary>
internal enum MessageVerdict : byte
{
    /// <summary>The connection ends, and nothing of the message is parsed.</summary>
    Illegal,

    /// <summary>It is handled.</summary>
    Legal,

    /// <summary>It is dropped without an answer.</summary>
    Ignored,

    /// <summary>It is answered with UNIMPLEMENTED (RFC 4253 section 11.4).</summary>
    Unimplemented,
}

/// <summary>
/// The one place that decides which message number is legal when: asked for every message, before anything of it is parsed (CVE-2018-10933,
/// CVE-2025-32433: a handler that forgot to ask). What no row names is illegal.
/// </summary>
internal static class MessageGate
{
    private const int Numbers = 256;

    /// <summary>Rows: first number, last number, phases, verdict, where it says so.</summary>
    private static readonly (byte From, byte To, ConnectionPhase Phases, MessageVerdict Verdict, string Section)[] Rows =
    [
        (1, 1, Any, MessageVerdict.Legal, "RFC 4253 11.1 DISCONNECT"),
        (2, 2, Any, MessageVerdict.Ignored, "RFC 4253 11.2 IGNORE"),
        (3, 3, Any, MessageVerdict.Ignored, "RFC 4253 11.4 UNIMPLEMENTED"),
        (4, 4, Any, MessageVerdict.Ignored, "RFC 4253 11.3 DEBUG"),
        (5, 5, Service | Authenticating, MessageVerdict.Legal, "RFC 4253 10 SERVICE_REQUEST; paramiko sends one for each attempt"),
        (5, 5, Open, MessageVerdict.Ignored, "RFC 4252 5.1: requests after success are ignored"),
        (7, 7, Service, MessageVerdict.Legal, "RFC 8308 2.4 EXT_INFO: the packet after the client's first NEWKEYS"),
        (8, 19, Keyed | Rekey, MessageVerdict.Unimplemented, "RFC 4253 11.4"),
        (20, 20, FirstKexInit | Keyed, MessageVerdict.Legal, "RFC 4253 7.1 and 9 KEXINIT"),
        (21, 21, FirstNewKeys | RekeyNewKeys, MessageVerdict.Legal, "RFC 4253 7.3 NEWKEYS"),
        (22, 29, Keyed, MessageVerdict.Unimplemented, "RFC 4253 11.4"),
        (30, 49, FirstWrongGuess | RekeyWrongGuess, MessageVerdict.Legal, "RFC 4253 7.1 first_kex_packet_follows"),
        (30, 30, FirstShare | RekeyShare, MessageVerdict.Legal, "RFC 4253 8 KEXDH_INIT, RFC 5656 4 KEX_ECDH_INIT"),
        (50, 50, Authenticating, MessageVerdict.Legal, "RFC 4252 5 USERAUTH_REQUEST"),
        (50, 50, Open, MessageVerdict.Ignored, "RFC 4252 5.1: requests after success are ignored"),
        (54, 59, Authenticating | Open, MessageVerdict.Unimplemented, "RFC 4253 11.4"),
        (80, 80, Open, MessageVerdict.Legal, "RFC 4254 4 GLOBAL_REQUEST"),
        (81, 82, Open, MessageVerdict.Legal, "RFC 4254 4 REQUEST_SUCCESS, REQUEST_FAILURE"),
        (83, 89, Open, MessageVerdict.Unimplemented, "RFC 4253 11.4"),
        (90, 90, Open, MessageVerdict.Legal, "RFC 4254 5.1 CHANNEL_OPEN; 91 and 92 answer an open that we never send"),
        (93, 100, Open, MessageVerdict.Legal, "RFC 4254 5.2 to 5.4 channels"),
        (101, 191, Open, MessageVerdict.Unimplemented, "RFC 4253 11.4"),
    ];

    private static readonly MessageVerdict[] Lax = Fill(isStrict: false);
    private static readonly MessageVerdict[] Strict = Fill(isStrict: true);

    /// <summary>The verdict on a message.</summary>
    /// <param name="phase">Exactly one phase.</param>
    /// <param name="isStrict">Strict key exchange was agreed (OpenSSH PROTOCOL 1.10): nothing but what is expected may come during the first exchange.</param>
    /// <param name="number">The message number.</param>
    public static MessageVerdict Judge(ConnectionPhase phase, bool isStrict, byte number) =>
        (isStrict ? Strict : Lax)[(System.Numerics.BitOperations.Log2((uint)phase) * Numbers) + number];

    private static MessageVerdict[] Fill(bool isStrict)
    {
        var phases = System.Numerics.BitOperations.Log2((uint)RekeyNewKeys) + 1;
        var verdicts = new MessageVerdict[phases * Numbers];
        foreach (var (from, to, inPhases, verdict, _) in Rows)
        {
            for (var phase = 0; phase < phases; phase++)
            {
                var bit = (ConnectionPhase)(1 << phase);
                var isSlippedIn = isStrict && verdict == MessageVerdict.Ignored && FirstExchange.HasFlag(bit);
                if (inPhases.HasFlag(bit) && !isSlippedIn)
                {
                    verdicts.AsSpan((phase * Numbers) + from, to - from + 1).Fill(verdict);
                }
            }
        }

        return verdicts;
    }
}
