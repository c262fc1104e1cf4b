using System.Text.Json.Serialization;

namespace Waybill.Server.Control;

/// <summary>One request to a running server; one JSON line.</summary>
/// <param name="Command">What is asked, one of <see cref="ControlCommands"/>.</param>
/// <param name="Argument">Its argument: a session id, an address.</param>
internal sealed record ControlRequest(string Command, string? Argument = null);

/// <summary>The server's answer; one JSON line.</summary>
internal sealed record ControlReply(
    bool Done, string? Message = null, IReadOnlyList<SessionView>? Sessions = null, IReadOnlyList<PenaltyView>? Penalties = null, int Count = 0, StatusView? Status = null);

/// <summary>A source that is refused for a while.</summary>
internal sealed record PenaltyView(string Source, double SecondsLeft);

internal static class ControlCommands
{
    public const string Status = "status";
    public const string Sessions = "sessions";
    public const string Kick = "kick";
    public const string Penalties = "penalties";
    public const string ClearPenalties = "clear-penalties";

    /// <summary>Accounts, logins or keys were changed by another process: look again now.</summary>
    public const string Changed = "changed";

    /// <summary>The host keys were changed by another process: read them again now.</summary>
    public const string HostKeys = "host-keys";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class ControlJson : JsonSerializerContext;
