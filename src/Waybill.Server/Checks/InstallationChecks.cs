using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.People;
using Waybill.Server.CommandLine;
using Waybill.Server.CommandLine.Commands;
using Waybill.Server.Configuration;
using Waybill.Server.HostKeys;
using Waybill.Server.Hosting;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Crypto;
using Waybill.Storage.Local;

namespace Waybill.Server.Checks;

/// <summary>What is wrong with an installation, or would be, and what to do about it: for <c>doctor</c> and for the portal's page of what is wrong now.</summary>
internal static class InstallationChecks
{
    private const int WantedDescriptors = 20_000;

    /// <summary>How long a change of the offered host key types is worth a word: customers that connect once a month have come by then.</summary>
    private static readonly TimeSpan RecentChange = TimeSpan.FromDays(31);

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>A check that stands alone: one that fails hides no other.</summary>
    public static async ValueTask<List<Finding>> TryAsync(string check, Func<ValueTask<IEnumerable<Finding>>> look)
    {
        try
        {
            // Run to its end here: a check may be an iterator.
            return [.. await look()];
        }
        catch (Exception error) when (error is CommandException or DatabaseException or PlatformNotSupportedException or IOException or UnauthorizedAccessException)
        {
            return [new Finding(Verdict.Failure, check, error.Message)];
        }
    }

    /// <summary>The kernel and the libraries.</summary>
    public static IEnumerable<Finding> Platform()
    {
        var kernel = LocalVaults.CheckKernel() is { } problem
            ? new Finding(Verdict.Failure, "kernel", problem)
            : new Finding(Verdict.Ok, "kernel", "openat2 is there: the jail holds");
        var descriptors = Descriptors();
        var openFiles = descriptors < WantedDescriptors
            ? new Finding(Verdict.Warning, "open files", $"the limit is {descriptors}; {WantedDescriptors} serve 10,000 connections: raise it (ulimit -n, or LimitNOFILE in the unit)")
            : new Finding(Verdict.Ok, "open files", $"the limit is {descriptors}");
        CryptoLibrary.EnsureLoaded();
        var mlKem = KeyAgreements.Find("mlkem768x25519-sha256") is { IsSupported: true } ? "is offered" : "is not in it, so policy pq cannot be used";
        var argon2 = Argon2Library.IsLoaded
            ? new Finding(Verdict.Ok, "libargon2", "PPK files of version 3 can be written")
            : new Finding(Verdict.Warning, "libargon2", Argon2Library.Missing);
        return [kernel, openFiles, new Finding(Verdict.Ok, "crypto", $"{CryptoLibrary.Version}; ML-KEM {mlKem}"), argon2];
    }

    /// <summary>What the configuration leaves open, or has chosen at a risk.</summary>
    public static IEnumerable<Finding> Configuration(WaybillConfiguration configuration, DataDirectory data)
    {
        yield return configuration.Ssh.Public.Count == 0
            ? new Finding(Verdict.Warning, "Ssh:Public", "not set, so customers cannot be told a host name; set it in waybill.json")
            : new Finding(Verdict.Ok, "Ssh:Public", string.Join(", ", configuration.Ssh.Public.Select(endpoint => $"{endpoint.Host}:{endpoint.Port}")));
        if (configuration.Provider.Name is null || configuration.Provider.SupportMail is null)
        {
            yield return new Finding(Verdict.Warning, "Provider", "Provider:Name and Provider:SupportMail are not set; customers are not told who to ask");
        }

        foreach (var finding in PortalChecks.Look(configuration).Concat(CertificateChecks.Look(configuration, data, TimeProvider.System.GetUtcNow())))
        {
            yield return finding;
        }

        foreach (var finding in FtpChecks.Look(configuration))
        {
            yield return finding;
        }

        foreach (var finding in NtsapiChecks.Look(configuration))
        {
            yield return finding;
        }

        yield return configuration.Smtp.Host is { } host
            ? new Finding(Verdict.Ok, "Smtp", $"{host}:{configuration.Smtp.Port}")
            : new Finding(Verdict.Warning, "Smtp", $"Smtp:Host is not set, so mails are written to {data.Mail} and reach nobody; set it in waybill.json");
        if (configuration.Smtp is { Host: not null, PasswordFile: { } file } && !File.Exists(file))
        {
            yield return new Finding(Verdict.Failure, "Smtp:PasswordFile", $"{file} is not there; no mail can be sent");
        }

        if (!ConfigurationCheck.IsDurable(configuration.Storage.Durability))
        {
            yield return new Finding(Verdict.Warning, "Storage:Durability", "Rename: what is acknowledged can be lost in a power cut; use Full");
        }

        if (configuration.Storage.Archive is { } archive && !Directory.Exists(archive))
        {
            yield return new Finding(
                Verdict.Failure, "Storage:Archive", $"{archive} is not there, so customers cannot put away what they fetched and retention does not run; mount it, or make it and give it to this user");
        }

        if (configuration.Ssh.ListenCompat.Count > 0 || ConfigurationCheck.Policy(configuration.Ssh.Policy) == SshPolicy.Compat)
        {
            yield return new Finding(Verdict.Warning, "Ssh policy", "a listener has the compat policy: older algorithms are offered there; keep it for the customers that need it");
        }
    }

    /// <summary>Who can read the secrets.</summary>
    public static IEnumerable<Finding> Files(DataDirectory data)
    {
        string[] secrets =
        [
            data.Database, data.Database + "-wal", data.AuditKey,
            .. ((string[])[data.HostKeys, data.Tls, data.PortalKeys, data.Secrets, data.Handovers]).Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Where(file => !file.EndsWith(".crt", StringComparison.Ordinal)),
        ];
        var open = secrets.Where(file => File.Exists(file) && (File.GetUnixFileMode(file) & Others) != 0).ToList();
        yield return open.Count > 0
            ? new Finding(Verdict.Failure, "file modes", $"others can read or write {string.Join(", ", open)}; run: chmod 600 on them")
            : new Finding(Verdict.Ok, "file modes", "secrets are readable by their owner alone");
    }

    /// <summary>The host keys, and what customers are shown of them.</summary>
    public static List<Finding> HostKeys(DataDirectory data, WaybillConfiguration? configuration)
    {
        var store = new HostKeyStore(data);
        using var keys = store.LoadSet();
        var findings = new List<Finding>
        {
            new(Verdict.Ok, "host keys", string.Join(", ", keys.Used.Select(key => $"{key.PublicKey.KeyType} {key.PublicKey.Bits}"))),
        };
        findings.AddRange(
            from key in keys.Used
            where key.PublicKey is { KeyType: "ssh-rsa", Bits: < 3072 }
            select new Finding(Verdict.Warning, "host keys", $"the RSA host key has {key.PublicKey.Bits} bits; auditors ask for 3072 from new servers"));
        findings.AddRange(
            from key in store.Read().Keys
            where key.State is HostKeyState.Prepared or HostKeyState.Announced or HostKeyState.Previous
            select new Finding(Verdict.Ok, "host keys", $"a rollover is under way: {key.Sha256} ({key.Type}) is {HostKeyCommands.Describe(key)}"));
        if (configuration is not null)
        {
            // Not of the one that init makes: nobody asked for it.
            findings.AddRange(
                from key in store.Read().Keys
                where key is { State: HostKeyState.InUse, Origin: HostKeyOrigin.Import or HostKeyOrigin.Add } && !HostKeyOffers.IsOffered(key.Key, configuration, keys)
                select new Finding(
                    Verdict.Warning, "host keys",
                    $"no listener offers {key.Sha256} ({key.Type}), which was {(key.Origin == HostKeyOrigin.Import ? "imported" : "added")}; {HostKeyOffers.Remedy}"));
            findings.AddRange(HostKeyTypes(data, configuration, keys));
        }

        return findings;
    }

    /// <summary>Whether customers would be shown other types of host keys than before, or are since a short while.</summary>
    private static IEnumerable<Finding> HostKeyTypes(DataDirectory data, WaybillConfiguration configuration, HostKeySet keys)
    {
        var known = new HostKeyOffers(data).Read();
        foreach (var listener in WaybillHost.ListenersOf(configuration).DistinctBy(listener => listener.EndPoint.Port))
        {
            if (known.FirstOrDefault(offer => offer.Port == listener.EndPoint.Port) is not { } last)
            {
                continue;
            }

            var next = SshConnectionHandler.HostKeyAlgorithmsOf(WaybillHost.Options(listener.Policy, configuration, keys));
            if (!next.SequenceEqual(last.Algorithms))
            {
                yield return new Finding(
                    Verdict.Warning, "host key types",
                    $"from its next start port {last.Port} offers {HostKeyOffers.Describe(last.Algorithms, next)}; go back, or tell them first (docs/operations/host-keys.md)");
            }
            else if (last.Before is { } before && TimeProvider.System.GetUtcNow() - last.Since < RecentChange)
            {
                yield return new Finding(Verdict.Warning, "host key types", $"since {CommandContext.Time(last.Since)} port {last.Port} offers {HostKeyOffers.Describe(before, last.Algorithms)}");
            }
        }
    }

    /// <summary>Whether anybody can sign in to the portal.</summary>
    public static async ValueTask<IEnumerable<Finding>> PeopleAsync(Installation installation, CancellationToken cancellationToken)
    {
        if (await installation.CheckPeopleKeyAsync(cancellationToken) is { } problem)
        {
            return [new Finding(Verdict.Failure, "people", problem.Message)];
        }

        var administrators = await installation.People.ListAsync(new PersonQuery { ProviderRole = PersonRole.Administrator }, cancellationToken);
        var able = administrators.Items.Count(person => person is { Status: PersonStatus.Active, SignsIn: not SignInMeans.None });
        return
        [
            able > 0
                ? new Finding(Verdict.Ok, "people", $"{able} {(able == 1 ? "administrator" : "administrators")} can sign in to the portal")
                : new Finding(Verdict.Warning, "people", "no administrator can sign in to the portal") { Remedy = new Remedy("add one", "person add EMAIL --name TEXT --provider administrator") },
        ];
    }

    private static long Descriptors()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
    }
}
