using System.Text.Json.Serialization;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>What <c>DIR/hostkeys/hostkeys.json</c> says of one host key.</summary>
/// <param name="PublicKey">The OpenSSH line: type and base64.</param>
/// <param name="State">Where it stands.</param>
/// <param name="File">The private key's file in the same directory; null once it is retired.</param>
internal sealed record HostKeyRecord(string PublicKey, HostKeyState State, string? File)
{
    private SshPublicKey? _key;

    /// <summary>Where it came from; null for keys older than this record.</summary>
    public HostKeyOrigin? Origin { get; init; }

    /// <summary>When it was made or taken over here; null for keys older than this record.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Since when clients can have heard of it, by announcement or by use.</summary>
    public DateTimeOffset? Announced { get; init; }

    /// <summary>When it was last taken into use.</summary>
    public DateTimeOffset? Used { get; init; }

    public DateTimeOffset? Retired { get; init; }

    [JsonIgnore]
    public SshPublicKey Key => _key ??= Parse(PublicKey);

    [JsonIgnore]
    public string Type => Key.KeyType;

    [JsonIgnore]
    public string Sha256 => KeyFingerprint.Sha256(Key.Blob.Span);

    /// <summary>Clients may rely on it: it is neither only prepared nor gone.</summary>
    [JsonIgnore]
    public bool IsKnownToClients => State is HostKeyState.Announced or HostKeyState.InUse or HostKeyState.Previous;

    private static SshPublicKey Parse(string line)
    {
        var words = line.Split(' ');
        var blob = new byte[line.Length];
        return words.Length == 2 && Convert.TryFromBase64String(words[1], blob, out var length)
            && SshPublicKeys.TryParse(blob.AsSpan(0, length), out var key) == PublicKeyError.None && key is not null
                ? key
                : throw new CommandException("the list of host keys, hostkeys.json, holds a line that is no public key; restore it from your backup");
    }
}

/// <summary>The whole file. The order of the types is the order in which they are offered, and it never changes: a type that comes later stands behind.</summary>
internal sealed record HostKeyList(IReadOnlyList<string> Order, IReadOnlyList<HostKeyRecord> Keys);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HostKeyList))]
[JsonSerializable(typeof(IReadOnlyList<HostKeyOffer>))]
internal sealed partial class HostKeyJson : JsonSerializerContext;
