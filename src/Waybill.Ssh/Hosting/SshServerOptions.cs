using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Hosting;

/// <summary>The algorithm policies of design.md 3.11.</summary>
public enum SshPolicy
{
    /// <summary>Clean in ssh-audit: the default.</summary>
    Modern,

    /// <summary>Post-quantum key exchange only.</summary>
    PostQuantum,

    /// <summary>Lets older clients in (libssh2 up to 1.10, old Java): NIST curves, group14, plain MACs; never SHA-1, CBC or compression.</summary>
    Compat,
}

/// <summary>How one SSH listener behaves.</summary>
public sealed record SshServerOptions
{
    /// <summary>The private host keys, in the order in which their algorithms are offered.</summary>
    public required IReadOnlyList<SshPrivateKey> HostKeys { get; init; }

    /// <summary>
    /// Further keys that no key exchange uses, but that clients hear of after their login (hostkeys-00@openssh.com): the next one, and the one that was used before.
    /// </summary>
    public IReadOnlyList<SshPrivateKey> AnnouncedHostKeys { get; init; } = [];

    /// <summary>Which algorithms are offered.</summary>
    public SshPolicy Policy { get; init; } = SshPolicy.Modern;

    /// <summary>Offer AES-GCM only to a client that knows it (design.md 3.10).</summary>
    public bool CipherSteering { get; init; }

    /// <summary>The software part of the version line.</summary>
    public string Software { get; init; } = "Waybill";

    /// <summary>Bounds.</summary>
    public SshLimits Limits { get; init; } = new();
}
