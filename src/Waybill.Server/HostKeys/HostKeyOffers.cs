using System.Text.Json;
using Waybill.Server.Configuration;
using Waybill.Server.Hosting;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>What one port has offered.</summary>
/// <param name="Port">The port: to customers a listener on another address is the same server.</param>
/// <param name="Algorithms">The host key algorithms, in the order of the offer.</param>
/// <param name="Since">Since when.</param>
/// <param name="Before">What it offered before that, if it ever changed.</param>
internal sealed record HostKeyOffer(int Port, IReadOnlyList<string> Algorithms, DateTimeOffset Since, IReadOnlyList<string>? Before = null);

/// <summary>
/// Remembers in <c>DIR/hostkeys/offered.json</c> which host key algorithms each port offered. A client that pins one key fails as soon as it negotiates another
/// type, and a change of policy or configuration is enough for that; so such a change must not pass unseen.
/// </summary>
internal sealed class HostKeyOffers(DataDirectory data)
{
    /// <summary>Ports that are remembered, the latest ones.</summary>
    public const int MaximumPorts = 64;

    private const string Name = "offered.json";

    /// <summary>The last offer of each port; empty when nothing is known, or not any more.</summary>
    public IReadOnlyList<HostKeyOffer> Read()
    {
        var file = Path.Combine(data.HostKeys, Name);
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), HostKeyJson.Default.IReadOnlyListHostKeyOffer) ?? [];
        }
        catch (JsonException)
        {
            throw new CommandException($"{file} is damaged; remove it: the next start of the server writes it anew");
        }
    }

    /// <summary>What to remember when ports offer this from now on, and which of them offer something else than before.</summary>
    public (IReadOnlyList<HostKeyOffer> All, IReadOnlyList<HostKeyOffer> Changed) Compare(IReadOnlyList<(int Port, IReadOnlyList<string> Algorithms)> offers, DateTimeOffset now)
    {
        var known = Read();
        var current = new List<HostKeyOffer>();
        var changed = new List<HostKeyOffer>();
        foreach (var (port, algorithms) in offers.DistinctBy(offer => offer.Port))
        {
            var last = known.FirstOrDefault(offer => offer.Port == port);
            if (last is not null && last.Algorithms.SequenceEqual(algorithms))
            {
                current.Add(last);
                continue;
            }

            var offer = new HostKeyOffer(port, algorithms, now, last?.Algorithms);
            current.Add(offer);
            if (last is not null)
            {
                changed.Add(offer);
            }
        }

        var others = known.Where(offer => current.TrueForAll(other => other.Port != offer.Port)).OrderByDescending(offer => offer.Since);
        return ([.. current.Concat(others).Take(MaximumPorts)], changed);
    }

    /// <summary>Remembers <paramref name="all"/>.</summary>
    public void Write(IReadOnlyList<HostKeyOffer> all)
    {
        if (!Read().SequenceEqual(all))
        {
            new HostKeyStore(data).WriteState(Name, JsonSerializer.SerializeToUtf8Bytes(all, HostKeyJson.Default.IReadOnlyListHostKeyOffer));
        }
    }

    /// <summary>What to do about a key that no listener offers: every policy has Ed25519 and RSA, so this is about ECDSA.</summary>
    public const string Remedy = "set Ssh:Policy=compat, or Ssh:ListenCompat=ADDRESS:PORT for a port of its own, and restart the server";

    /// <summary>Whether any listener of a configuration offers a key that is among these.</summary>
    public static bool IsOffered(SshPublicKey key, WaybillConfiguration configuration, HostKeySet keys) => WaybillHost.ListenersOf(configuration)
        .Any(listener => SshConnectionHandler.HostKeyAlgorithmsOf(WaybillHost.Options(listener.Policy, configuration, keys)).Intersect(key.SignatureAlgorithms).Any());

    /// <summary>What a change means for customers.</summary>
    public static string Describe(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var first = before.Count > 0 && after.Count > 0 && before[0] != after[0] ? $"{after[0]} comes first instead of {before[0]}; " : "";
        return $"host keys {string.Join(',', after)} instead of {string.Join(',', before)}: {first}clients that pinned one key (rclone, curl, FileZilla, WinSCP) may be shown another type and fail";
    }
}
