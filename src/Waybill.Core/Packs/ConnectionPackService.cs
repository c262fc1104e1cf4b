using System.Globalization;
using System.Net;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Packs;

/// <summary>What a customer needs to connect: facts for pages and mails, and the pack of files ready for their program.</summary>
/// <param name="database">Where logins and accounts are kept.</param>
/// <param name="audit">Where each pack is recorded.</param>
/// <param name="layout">What logins see.</param>
/// <param name="time">The clock.</param>
/// <param name="options">The configuration and the host keys as they are now; a service is made for each use, since both change while a server runs.</param>
public sealed class ConnectionPackService(WaybillDatabase database, AuditLog audit, VaultLayout layout, TimeProvider time, PackOptions options)
{
    /// <summary>What a login needs to know to connect; nothing is recorded.</summary>
    public async ValueTask<Result<PackFacts>> DescribeAsync(string userName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(userName);
        var found = await database.ReadAsync<Result<(Login Login, Account? Account, bool HasPassword, RetentionRules Retention)>>(
            connection => LoginSql.Find(connection, userName) is { } login
                ? (login, login.Account is { } number ? AccountService.Find(connection, number) : null, LoginPasswordSql.Find(connection, login.Id) is not null,
                    RetentionRules.Load(connection, options.RetentionMonths))
                : LoginSql.Unknown(userName),
            cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        var (login, account, hasPassword, retention) = found.Value;
        if (account?.Status == AccountStatus.Closed)
        {
            return Problem.Refused($"Account {account.Number} is closed: its logins cannot connect. Make a pack for a login of another account.");
        }

        var endpoints = EndpointsFor(account);
        if (!endpoints.Succeeded)
        {
            return endpoints.Problem;
        }

        var ftps = hasPassword ? FtpsFor(account) : Result.Of<IReadOnlyList<PackEndpoint>>([]);
        if (!ftps.Succeeded)
        {
            return ftps.Problem;
        }

        if (options.HostKeys.Count is 0 or > PackLimits.HostKeys)
        {
            return Problem.LimitReached($"There are {options.HostKeys.Count} host keys; a pack pins 1 to {PackLimits.HostKeys}. `waybill hostkey show` lists them, `waybill hostkey retire` takes one away.");
        }

        var rules = await new CollectRights(database, audit).AddToAsync(layout.RulesFor(login), login, cancellationToken).ConfigureAwait(false);
        var root = VaultLayout.RootInVault(login);
        int MonthsOf(string path) => account is null ? options.RetentionMonths : retention.MonthsOf(account.Id, root + (path == "/" ? "" : path));
        return new PackFacts(
            login.UserName, login.Kind, login.Account, Clean(account?.Name), login.Vendor, login.StartDirectory?.ToString() ?? "/", ProviderShown(), endpoints.Value, options.HostKeys,
            [.. layout.FoldersOf(login).Select(path => new PackFolder(path, rules.RightsAt(Inside(path)), MonthsOf(path)))],
            MonthsOf("/"), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime))
        {
            Ftps = ftps.Value.Count > 0 ? options.Ftps! with { Endpoints = ftps.Value } : null,
        };
    }

    /// <summary>The pack of a login as a page shows it; nothing is recorded until somebody takes it along.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="keys">Where the customer's private keys lie.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<ConnectionPack>> ShowAsync(string userName, PackKeyFiles keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var facts = await DescribeAsync(userName, cancellationToken).ConfigureAwait(false);
        return facts.Succeeded ? PackFiles.Make(facts.Value, keys) : facts.Problem;
    }

    /// <summary>Makes the pack of a login and records that.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="keys">Where the customer's private keys lie.</param>
    /// <param name="actor">Who asks for it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<ConnectionPack>> MakeAsync(string userName, PackKeyFiles keys, Actor actor, CancellationToken cancellationToken = default)
    {
        var pack = await ShowAsync(userName, keys, cancellationToken).ConfigureAwait(false);
        if (!pack.Succeeded)
        {
            return pack.Problem;
        }

        var (facts, main) = (pack.Value.Facts, pack.Value.Facts.Endpoints[0]);
        var recorded = await audit.AppendAsync(
            new AuditEntry(AuditActions.PackMade, actor)
            {
                Account = facts.Account,
                Subject = facts.UserName,
                Detail = string.Create(CultureInfo.InvariantCulture, $"{main.Host}:{main.Port}, {facts.HostKeys.Count} host keys, {pack.Value.Files.Count} files"),
            },
            cancellationToken).ConfigureAwait(false);
        return recorded.Succeeded ? pack : recorded.Problem;
    }

    /// <summary>The place of a file in a folder, to ask what may be done with it; whatever name stands for any.</summary>
    private static VaultPath Inside(string folder)
    {
        var begin = folder.IndexOf('<', StringComparison.Ordinal);
        var named = begin < 0 ? folder : $"{folder[..begin]}0{folder[(folder.IndexOf('>', StringComparison.Ordinal) + 1)..]}";
        return VaultPath.Parse(named + "/0");
    }

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : AuditText.Clean(text.Trim(), PackLimits.Text, doubleBackslash: false);

    /// <summary>The host names of the account's region, as every client knows them.</summary>
    private Result<IReadOnlyList<PackEndpoint>> EndpointsFor(Account? account)
    {
        if (options.Endpoints.Count == 0)
        {
            return Problem.Unusable(
                """The server has no public name that a customer could connect to; a listening address is none. Set Ssh:Public, as [{"Host": "sftp.example.com", "Port": 22}], in waybill.json.""");
        }

        var chosen = Regions.Choose(account?.Region, options.Endpoints, static endpoint => endpoint.Region);
        if (account is not null && chosen.Count == 0)
        {
            return Problem.Unusable($"{Regions.NoHost(account)} {Regions.AddHost(account)}");
        }

        if (chosen.Count > PackLimits.Endpoints)
        {
            return Problem.LimitReached($"The login would be told {chosen.Count} host names; at most {PackLimits.Endpoints}. Set Region in Ssh:Public, and `waybill account region`.");
        }

        return Named(chosen, "Ssh:Public", "sftp.example.com and 22");
    }

    /// <summary>The host names of FTP over TLS of the account's region; none where it has none.</summary>
    private Result<IReadOnlyList<PackEndpoint>> FtpsFor(Account? account)
    {
        var chosen = Regions.Choose(account?.Region, options.Ftps?.Endpoints ?? [], static endpoint => endpoint.Region);
        return chosen.Count > PackLimits.Endpoints
            ? Problem.LimitReached($"The login would be told {chosen.Count} host names of FTP; at most {PackLimits.Endpoints}. Set Region in Ftp:Public, and `waybill account region`.")
            : Named(chosen, "Ftp:Public", "ftp.example.com and 21");
    }

    private static Result<IReadOnlyList<PackEndpoint>> Named(IEnumerable<PackEndpoint> chosen, string key, string example)
    {
        var named = new List<PackEndpoint>();
        foreach (var endpoint in chosen)
        {
            if (HostName(endpoint.Host) is not { } host || endpoint.Port is < 1 or > IPEndPoint.MaxPort)
            {
                return Problem.Unusable($"'{Words.Show(endpoint.Host)}' with port {endpoint.Port} in {key} is no host name with a port. Write them as {example}.");
            }

            named.Add(endpoint with { Host = host, Region = Clean(endpoint.Region) });
        }

        return Result.Of<IReadOnlyList<PackEndpoint>>(named);
    }

    /// <summary>A host name as every client knows it: ASCII in small letters. None of them may look for a pin under another spelling.</summary>
    private static string? HostName(string text)
    {
        switch (Uri.CheckHostName(text))
        {
            case UriHostNameType.IPv4 or UriHostNameType.IPv6:
                return text.Trim('[', ']').ToLowerInvariant();
            case UriHostNameType.Dns:
                try
                {
                    return new IdnMapping().GetAscii(text).ToLowerInvariant();
                }
                catch (ArgumentException)
                {
                    return null;
                }

            default:
                return null;
        }
    }

    private PackProvider ProviderShown()
    {
        var provider = options.Provider;
        var link = Uri.TryCreate(provider.CaseLink, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp) ? url.AbsoluteUri : null;
        return new PackProvider(Clean(provider.Name), Clean(provider.SupportMail), Clean(provider.Phone), Clean(link));
    }
}
