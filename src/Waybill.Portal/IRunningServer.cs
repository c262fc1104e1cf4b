using Waybill.Core.Diagnosis;

namespace Waybill.Portal;

/// <summary>What the server that the portal runs in does at the moment, beside the portal: its sessions and its penalties.</summary>
public interface IRunningServer
{
    /// <summary>The sessions, in the order in which they began.</summary>
    IReadOnlyList<ServerSession> Sessions { get; }

    /// <summary>Sources that are refused for a while.</summary>
    IReadOnlyList<SourcePenalty> Penalties { get; }

    /// <summary>How it is.</summary>
    ServerStatus Status { get; }

    /// <summary>Ends a session, and returns what it was; null when there is none of that id.</summary>
    ServerSession? Kick(string id, string reason);

    /// <summary>Forgives one source, or all; returns how many.</summary>
    int Forgive(System.Net.IPAddress? address);
}

/// <summary>A session.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Protocol">As <c>sftp</c>.</param>
/// <param name="User">The login's user name.</param>
/// <param name="Account">The account's number; null for a publisher or collector.</param>
/// <param name="Source">Address and port that it comes from.</param>
/// <param name="Client">The client's software, as it says.</param>
/// <param name="Algorithms">What it negotiated.</param>
/// <param name="Key">The fingerprint of the key that it logged in with.</param>
/// <param name="Since">Since when.</param>
public sealed record ServerSession(string Id, string Protocol, string User, string? Account, string Source, string Client, string Algorithms, string Key, DateTimeOffset Since);

/// <summary>How the server is.</summary>
/// <param name="ProcessId">Its process.</param>
/// <param name="Since">When it was started.</param>
/// <param name="Sessions">Logged-in connections.</param>
/// <param name="ResidentBytes">Memory that the process holds.</param>
/// <param name="HeapBytes">Of it, the managed heap as the last collection left it.</param>
/// <param name="BufferBytes">Of it, network buffers that wait to be used again.</param>
/// <param name="AllocatedBytes">Managed memory allocated since the start.</param>
/// <param name="Collections">Garbage collections since the start.</param>
/// <param name="Threads">Threads of the thread pool.</param>
public sealed record ServerStatus(
    int ProcessId, DateTimeOffset Since, int Sessions, long ResidentBytes, long HeapBytes, long BufferBytes, long AllocatedBytes, int Collections, int Threads);
