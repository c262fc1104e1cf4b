using System.Globalization;
using Waybill.Core.Audit;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>The steps of a host key's life and what may not be done; each is one change of the list. docs/operations/host-keys.md shows them in use.</summary>
/// <param name="store">The keys.</param>
/// <param name="time">The clock.</param>
/// <param name="record">Makes a row of the audit, before the change: an action, the key, and words about it.</param>
internal sealed class HostKeyRollover(HostKeyStore store, TimeProvider time, Func<string, HostKeyRecord, string, Task> record)
{
    /// <summary>How long a key is announced before it is taken into use without a question: clients that run once a week have then heard of it twice.</summary>
    public static readonly TimeSpan LearningTime = TimeSpan.FromDays(14);

    /// <summary>Keys that are not retired: what a listener announces at most is 16.</summary>
    public const int MaximumKeys = 12;

    /// <summary>Retired keys that the list remembers, the latest ones.</summary>
    public const int MaximumRetired = 50;

    /// <summary>A new key that nobody is told of yet: made here, or taken from <paramref name="from"/>, where another node has made it.</summary>
    public Task<HostKeyRecord> AddAsync(string type, string? from) => store.ChangeAsync(list =>
    {
        using var key = from is null ? HostKeyStore.Generate(type) : HostKeyStore.ReadForeign(from);
        Refuse(list.Keys.Count(each => each.State != HostKeyState.Retired) >= MaximumKeys, $"there are {MaximumKeys} host keys; retire one first: ./waybill hostkey show");
        Refuse(list.Keys.Any(each => each.Key.Equals(key.PublicKey)), $"the host key {KeyFingerprint.Sha256(key.PublicKey.Blob.Span)} is there or was retired; see: ./waybill hostkey show");
        var added = store.Add(key, HostKeyState.Prepared, HostKeyOrigin.Add, time.GetUtcNow());
        return (With(list, added), added);
    }, added => RecordAsync(AuditActions.HostKeyAdded, added));

    /// <summary>Prepared keys, or one of them, are announced from now on.</summary>
    public Task<IReadOnlyList<HostKeyRecord>> AnnounceAsync(string? fingerprint) => store.ChangeAsync(list =>
    {
        var chosen = fingerprint is null ? [.. list.Keys.Where(key => key.State == HostKeyState.Prepared)] : new List<HostKeyRecord> { Find(list, fingerprint) };
        Refuse(chosen.Count == 0, "no host key waits to be announced; make one first: ./waybill hostkey add");
        Refuse(chosen[0].State == HostKeyState.Retired, $"{chosen[0].Sha256} is retired; make another one: ./waybill hostkey add");

        // What is announced or in use already stays so: the command may be given twice.
        var announced = chosen.ConvertAll(key => key.State == HostKeyState.Prepared ? key with { State = HostKeyState.Announced, Announced = time.GetUtcNow() } : key);
        return (announced.Aggregate(list, With), (IReadOnlyList<HostKeyRecord>)announced);
    }, announced => RecordAsync(AuditActions.HostKeyAnnounced, [.. announced]));

    /// <summary>Key exchanges use this key from now on; the one of its type that they used becomes a previous one.</summary>
    /// <param name="fingerprint">The key.</param>
    /// <param name="sure">Even if clients have not had the time to hear of it.</param>
    public Task<HostKeyRecord> UseAsync(string fingerprint, bool sure) => store.ChangeAsync(list =>
    {
        var key = Find(list, fingerprint);
        Refuse(key.State == HostKeyState.InUse, $"{key.Sha256} is in use");
        Refuse(key.State == HostKeyState.Retired, $"{key.Sha256} is retired; make another one: ./waybill hostkey add");
        Refuse(key.State == HostKeyState.Prepared && !sure, $"{key.Sha256} was never announced, so no customer knows it; first: ./waybill hostkey announce {key.Sha256}");
        RefuseEarly(key, sure);
        var (after, used) = TakeIntoUse(list, key);
        return (after, used);
    }, used => RecordAsync(AuditActions.HostKeyUsed, used));

    /// <summary>A key goes for good. If it was in use, the one announced for the longest time takes its place.</summary>
    /// <param name="fingerprint">The key.</param>
    /// <param name="sure">Even if nothing takes its place, or if clients have not had the time to hear of what does.</param>
    public Task<(HostKeyRecord Retired, HostKeyRecord? Successor)> RetireAsync(string fingerprint, bool sure) => store.ChangeAsync(list =>
    {
        var key = Find(list, fingerprint);
        Refuse(key.State == HostKeyState.Retired, $"{key.Sha256} is retired already");
        HostKeyRecord? successor = null;
        if (key.State == HostKeyState.InUse)
        {
            successor = list.Keys.Where(each => each.State == HostKeyState.Announced && each.Type == key.Type).MinBy(each => each.Announced);
            if (successor is not null)
            {
                RefuseEarly(successor, sure);
                (list, successor) = TakeIntoUse(list, successor);
            }
            else
            {
                Refuse(!sure, $"{key.Sha256} is the {key.Type} key in use and nothing takes its place: add and announce another first (./waybill hostkey add), or drop the type with --yes");
                Refuse(
                    !list.Keys.Any(each => each.State == HostKeyState.InUse && each != key && each.Type != HostKeyStore.Types[2]),
                    "this would leave no key that every policy can use (Ed25519 or RSA), and the server could not start; add, announce and use another first");
            }
        }

        var retired = key with { State = HostKeyState.Retired, File = null, Retired = time.GetUtcNow() };
        return (With(list, retired), (retired, successor));
    }, async change =>
    {
        if (change.successor is not null)
        {
            await RecordAsync(AuditActions.HostKeyUsed, change.successor);
        }

        await RecordAsync(AuditActions.HostKeyRetired, change.retired);
    });

    /// <summary>
    /// Takes over the key of an older server, at once. The key of its type that was in use is kept in a file beside it, out of the list. Keys that init made
    /// are set aside if asked: retired, with a copy beside. Which type a client is shown is the client's choice (RFC 4253, 7.1), so a type that the older
    /// server did not have would be chosen by clients that prefer it, and be a changed host key to them.
    /// </summary>
    /// <param name="path">The private key.</param>
    /// <param name="unknown">Whether no customer can know the keys that init made.</param>
    /// <param name="compatOnly">Every listener can do with an ECDSA key alone.</param>
    public Task<(HostKeyRecord Imported, IReadOnlyList<HostKeyRecord> SetAside)> ImportAsync(string path, bool unknown, bool compatOnly) => store.ChangeAsync(list =>
    {
        using var key = HostKeyStore.ReadForeign(path);
        var now = time.GetUtcNow();
        var there = list.Keys.FirstOrDefault(each => each.Key.Equals(key.PublicKey));
        HostKeyRecord imported;
        if (there is { State: HostKeyState.InUse })
        {
            imported = there with { Origin = HostKeyOrigin.Import };
        }
        else
        {
            var replaced = list.Keys.FirstOrDefault(each => each.State == HostKeyState.InUse && each.Type == key.PublicKey.KeyType);
            if (replaced is not null)
            {
                store.KeepAside(replaced.File!);
            }

            imported = store.Add(key, HostKeyState.InUse, HostKeyOrigin.Import, now) with { Announced = now, Used = now };
            list = list with { Keys = [.. list.Keys.Where(each => each != replaced && each != there)] };
        }

        list = With(list, imported);
        var enough = compatOnly || list.Keys.Any(each => each.State == HostKeyState.InUse && each.Origin != HostKeyOrigin.Init && each.Type != HostKeyStore.Types[2]);
        var aside = unknown && enough ? list.Keys.Where(each => each.Origin == HostKeyOrigin.Init && each.IsKnownToClients).ToList() : [];
        foreach (var each in aside)
        {
            store.KeepAside(each.File!);
            list = With(list, each with { State = HostKeyState.Retired, File = null, Retired = now });
        }

        // A type that nobody was shown gives up its place: what is imported next stands behind what is there.
        return (list with { Order = [.. list.Order.Except(aside.Select(each => each.Type).Except(list.Keys.Where(each => each.State != HostKeyState.Retired).Select(each => each.Type)))] },
            (imported, (IReadOnlyList<HostKeyRecord>)aside));
    }, async change =>
    {
        var (imported, aside) = change;
        await RecordAsync(AuditActions.HostKeyImported, imported);
        foreach (var key in aside)
        {
            await record(AuditActions.HostKeyRetired, key, $"{key.Type}, made by init; set aside for the imported {imported.Sha256}, nobody had logged in; a copy is kept");
        }
    });

    /// <summary>Finds by SHA256 fingerprint, with the word SHA256: in front or without, or by MD5 with colons.</summary>
    private static HostKeyRecord Find(HostKeyList list, string fingerprint)
    {
        var md5 = fingerprint.StartsWith("MD5:", StringComparison.OrdinalIgnoreCase) ? fingerprint[4..] : fingerprint;
        return list.Keys.FirstOrDefault(key => key.Sha256 == fingerprint || KeyFingerprint.Sha256Bare(key.Key.Blob.Span) == fingerprint
                || KeyFingerprint.Md5(key.Key.Blob.Span).Equals(md5, StringComparison.OrdinalIgnoreCase))
            ?? throw new CommandException($"there is no host key {Net.Logging.PeerText.Sanitise(fingerprint, 80)}; see: ./waybill hostkey show");
    }

    private static void Refuse(bool when, string why)
    {
        if (when)
        {
            throw new CommandException(why);
        }
    }

    private async Task RecordAsync(string action, params HostKeyRecord[] keys)
    {
        foreach (var key in keys)
        {
            await record(action, key, key.Type);
        }
    }

    private void RefuseEarly(HostKeyRecord key, bool sure)
    {
        var known = time.GetUtcNow() - (key.Announced ?? DateTimeOffset.MinValue);
        Refuse(!sure && known < LearningTime, string.Create(
            CultureInfo.InvariantCulture,
            $"{key.Sha256} has been announced for {Math.Max(0, (int)known.TotalDays)} days only, and clients that did not connect since do not know it; wait until {key.Announced + LearningTime:yyyy-MM-dd}, or say --yes"));
    }

    private (HostKeyList List, HostKeyRecord Used) TakeIntoUse(HostKeyList list, HostKeyRecord key)
    {
        var now = time.GetUtcNow();
        if (list.Keys.FirstOrDefault(each => each.State == HostKeyState.InUse && each.Type == key.Type) is { } previous)
        {
            list = With(list, previous with { State = HostKeyState.Previous });
        }

        var used = key with { State = HostKeyState.InUse, Announced = key.Announced ?? now, Used = now };
        return (With(list, used), used);
    }

    /// <summary>The list with this record instead of the one of the same key, or behind the others.</summary>
    private static HostKeyList With(HostKeyList list, HostKeyRecord record)
    {
        var index = list.Keys.ToList().FindIndex(key => key.Key.Equals(record.Key));
        IEnumerable<HostKeyRecord> keys = index < 0 ? list.Keys.Append(record) : list.Keys.Select((key, at) => at == index ? record : key);
        var forgotten = keys.Where(key => key.State == HostKeyState.Retired).OrderByDescending(key => key.Retired).Skip(MaximumRetired).Select(key => key.PublicKey).ToHashSet(StringComparer.Ordinal);
        return new HostKeyList(list.Order.Contains(record.Type) ? list.Order : [.. list.Order, record.Type], [.. keys.Where(key => !forgotten.Contains(key.PublicKey))]);
    }
}
