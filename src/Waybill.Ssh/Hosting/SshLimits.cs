namespace Waybill.Ssh.Hosting;

/// <summary>Every bound of an SSH connection. Each has a test that reaches it.</summary>
public sealed record SshLimits
{
    /// <summary>Bytes of the client's version line, CR LF included (RFC 4253 section 4.2).</summary>
    public int VersionLine { get; init; } = 255;

    /// <summary>packet_length before authentication (RFC 4253 section 6.1 asks for 35,000).</summary>
    public int PacketBeforeAuthentication { get; init; } = 35_000;

    /// <summary>packet_length after authentication, as OpenSSH's.</summary>
    public int Packet { get; init; } = 256 * 1024;

    /// <summary>Time from accept to a successful login.</summary>
    public TimeSpan LoginTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Signatures that fail before the connection ends.</summary>
    public int Signatures { get; init; } = 6;

    /// <summary>Public keys queried (RFC 4252 section 7) before the connection ends.</summary>
    public int PublicKeyQueries { get; init; } = 20;

    /// <summary>Requests of other methods (none, password, ...) before the connection ends.</summary>
    public int OtherAttempts { get; init; } = 10;

    /// <summary>hostkeys-prove-00@openssh.com answered for one connection; OpenSSH asks once.</summary>
    public int HostKeyProofs { get; init; } = 4;

    /// <summary>Open channels of one connection.</summary>
    public int Channels { get; init; } = 10;

    /// <summary>A channel's first receive window, bytes.</summary>
    public int Window { get; init; } = 2 * 1024 * 1024;

    /// <summary>What a channel's receive window grows to while its program keeps up, bytes.</summary>
    public int MaximumWindow { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest channel data message that a client may send us, bytes of data.</summary>
    public int ChannelPacket { get; init; } = 32 * 1024;

    /// <summary>Messages held while a key exchange runs, each way.</summary>
    public int HeldMessages { get; init; } = 64;

    /// <summary>Sealed bytes that wait for a client that does not read, beyond the transport's own buffer.</summary>
    public int UnsentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Time from the first KEXINIT of an exchange to its NEWKEYS; before the login <see cref="LoginTime"/> is shorter. During a download our KEXINIT waits
    /// behind what the transport and the network have buffered, 4 MiB and more, which takes a client on a slow line minutes to read.
    /// </summary>
    public TimeSpan KeyExchangeTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes under one key before a new exchange, each way. AES; chacha20 has the same.</summary>
    public long RekeyBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>Packets under one key before a new exchange, each way; far below 2^31.</summary>
    public uint RekeyPackets { get; init; } = 1u << 28;

    /// <summary>Time under one key before a new exchange.</summary>
    public TimeSpan RekeyTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Silence after which the peer is asked keepalive@openssh.com.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Unanswered keepalives that end the connection, spread over <see cref="KeepAlive"/> once more: a lost peer holds its slot and files for twice that.</summary>
    public int KeepAliveTries { get; init; } = 3;

    /// <summary>A logged-in connection without an open channel ends after this.</summary>
    public TimeSpan NoChannel { get; init; } = TimeSpan.FromMinutes(3);
}
