using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.KeyExchange;

/// <summary>What the key exchanges of one connection share and what the first of them decides for all.</summary>
internal sealed class KexContext
{
    public required SshServerOptions Options { get; init; }

    /// <summary>What the listener offers; narrowed by cipher steering when the first KEXINIT of the client came before ours went.</summary>
    public required AlgorithmOffer Offer { get; set; }

    /// <summary>Both version lines without line ends.</summary>
    public required byte[] ServerLine { get; init; }

    /// <inheritdoc cref="ServerLine"/>
    public required byte[] ClientLine { get; init; }

    /// <summary>The client's software for messages, escaped.</summary>
    public required string ClientSoftware { get; init; }

    public required IKexOutput Output { get; init; }

    /// <summary>The client's first KEXINIT; later ones may neither turn strict key exchange on or off nor ask for EXT_INFO.</summary>
    public KexInit? FirstClientKexInit { get; set; }

    /// <summary>The client knows strict key exchange (OpenSSH PROTOCOL 1.10): the answer to CVE-2023-48795.</summary>
    public bool IsStrict => FirstClientKexInit is { WantsStrict: true };

    /// <summary>H of the first exchange; empty before.</summary>
    public byte[] SessionId { get; set; } = [];

    /// <summary>The algorithms in force.</summary>
    public Negotiation? Negotiation { get; set; }

    /// <summary>The first exchange is not done yet: neither side has keys.</summary>
    public bool IsFirst => SessionId.Length == 0;
}
