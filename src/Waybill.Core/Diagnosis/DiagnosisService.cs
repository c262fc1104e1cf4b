using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;

namespace Waybill.Core.Diagnosis;

/// <summary>
/// Answers "why can they not connect?" for a user name, an address, or the reference that a client has read: what stands against them now and what the server saw, with
/// what to do. For staff only: it says which logins and keys exist.
/// </summary>
/// <param name="database">Where logins and the audit are.</param>
/// <param name="time">The clock.</param>
public sealed class DiagnosisService(WaybillDatabase database, TimeProvider time)
{
    /// <summary>Connections that are shown.</summary>
    public const int MaximumRefused = 20;

    /// <summary>Logins, the newest first, among which the last one from an address is looked for.</summary>
    public const int LoginsRead = 50_000;

    /// <summary>Connections without a user name, the newest first, among which those from a login's networks are looked for.</summary>
    public const int UnnamedRead = 1000;

    /// <summary>How far back those are shown to customers: their addresses are others' too.</summary>
    public static readonly TimeSpan UnnamedMemory = TimeSpan.FromHours(1);

    /// <summary>How far back is looked.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(30);

    /// <summary>Explains.</summary>
    /// <param name="subject">A user name, an address, or a reference.</param>
    /// <param name="penalties">What the running server refuses for a while; none when no server runs.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<ConnectionDiagnosis>> ExplainAsync(
        string subject, IReadOnlyList<SourcePenalty> penalties, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var asked = subject.Trim();
        if (Words.Check("user name, address or reference", asked) is { } problem)
        {
            return problem;
        }

        return await database.ReadAsync(
            connection => Explain(connection, asked, penalties) is { } found
                ? Result.Of(found)
                : Problem.NotFound(
                    $"{Words.Show(asked)} is no login, and no refused connection of the last {Memory.Days} days had that user name or reference. "
                    + "Ask for the user name or the address; a client that never reached this server leaves nothing here (wrong host or port, a firewall)."),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What the people of a login may know of why it cannot connect: its own state, what came with its user name, and what came without any from where they are themselves
    /// or from where the login may come or came last. A program that has no algorithm in common never says a user name.
    /// </summary>
    /// <param name="login">The login.</param>
    /// <param name="from">Where whoever asks is; null for a program, which is elsewhere than the one that connects.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<OwnDiagnosis>> ExplainOwnAsync(Login login, IPAddress? from, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        var now = time.GetUtcNow();
        return await database.ReadAsync(
            connection => LoginDirectory.Find(connection, login.UserName) is not { } known
                ? Problem.NotFound("The account has no such login.")
                : Result.Of(new OwnDiagnosis(
                    known.Login, known.AccountStatus, known.Keys.Count(key => key.Revoked is null && !key.IsExpired(now)),
                    known.Keys.Where(static key => key.LastUsed is not null).MaxBy(static key => key.LastUsed), OfferedKeys.OfLogin(connection, known.Login.Id, now),
                    [
                        .. DiagnosisSql.RefusedFor(connection, known.Login.UserName, now - Memory, MaximumRefused).Concat(Unnamed(connection, known, from, now - UnnamedMemory))
                            .OrderByDescending(static row => row.Sequence).Take(MaximumRefused)
                            .Select(static row => new OwnAttempt(
                                DateTimeOffset.FromUnixTimeMilliseconds(row.Time), row.Address, row.Connection, RefusalCauses.Of(row.Detail ?? "")) { IsNamed = row.Subject is not null }),
                    ])),
            cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<AuditRow> Unnamed(DatabaseConnection connection, LoginCandidate known, IPAddress? from, DateTimeOffset since)
    {
        // A login that may come from half the world shows nothing of that half.
        const int WidestV4 = 16;
        const int WidestV6 = 48;
        var own = known.Keys.Where(static key => key.LastUsedFrom is not null).OrderByDescending(static key => key.LastUsed).Select(static key => key.LastUsedFrom!)
            .Prepend((from is { IsIPv4MappedToIPv6: true } ? from.MapToIPv4() : from)?.ToString()).OfType<string>().Distinct().Take(MaximumRefused);
        var rows = own.SelectMany(address => DiagnosisSql.UnnamedFrom(connection, address, since, MaximumRefused));
        var networks = known.Login.AllowFrom.Networks.Where(static network => network.PrefixLength >= (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? WidestV4 : WidestV6)).ToList();
        return networks.Count == 0 ? rows : rows.Concat(
            DiagnosisSql.Unnamed(connection, since, UnnamedRead).Where(row => IPAddress.TryParse(row.Address, out var address) && networks.Exists(network => network.Contains(address)))).DistinctBy(static row => row.Sequence);
    }

    private ConnectionDiagnosis? Explain(DatabaseConnection connection, string asked, IReadOnlyList<SourcePenalty> penalties)
    {
        var now = time.GetUtcNow();
        if (LoginDirectory.Find(connection, asked) is { } known)
        {
            return OfLogin(connection, known, DiagnosisSql.RefusedFor(connection, known.Login.UserName, now - Memory, MaximumRefused), null, penalties, now);
        }

        if (IPAddress.TryParse(asked, out var address))
        {
            return OfAddress(connection, address, penalties, now);
        }

        if (DiagnosisSql.RefusedAs(connection, asked) is { } one)
        {
            return one.Subject is { } name && LoginDirectory.Find(connection, name) is { } login
                ? OfLogin(connection, login, [one], asked, penalties, now)
                : new ConnectionDiagnosis(asked, null, null, [.. Penalised([one], penalties), .. Unknown(one.Subject), .. AlgorithmFindings.Of([one], DiagnosisVerdict.Stop)], [], [View(one)]);
        }

        return DiagnosisSql.RefusedFor(connection, asked, now - Memory, MaximumRefused) is { Count: > 0 } rows
            ? new ConnectionDiagnosis(asked, null, null, [.. Unknown(asked), .. Penalised(rows, penalties)], [], [.. rows.Select(View)])
            : null;
    }

    private static ConnectionDiagnosis OfLogin(
        DatabaseConnection connection, LoginCandidate known, List<AuditRow> rows, string? reference, IReadOnlyList<SourcePenalty> penalties, DateTimeOffset now)
    {
        var login = known.Login;
        var offered = OfferedKeys.OfLogin(connection, login.Id, now);

        // Asked for one connection, that one is shown.
        List<AuditRow> unnamed = reference is null ? [.. Unnamed(connection, known, null, now - Memory).Where(AlgorithmFindings.IsOne).OrderByDescending(static row => row.Sequence)] : [];
        List<DiagnosisFinding> findings =
        [
            .. Status(known),
            .. Keys(known, now),
            .. Password(connection, known, rows, now),
            .. Networks(login, rows),
            .. Numbers(login),
            .. Penalised(rows, penalties),
            .. offered.Select(key => new DiagnosisFinding(
                DiagnosisVerdict.Look,
                $"{Count(key.Times, "connection")} offered {key.Type} {key.Bits} {key.Sha256}, which is not installed: last on {Format(key.Last)} from {key.Address} with {key.Client}.",
                "Compare the fingerprint with the customer's, by a way that you know to be theirs (anybody can offer a key); if it is theirs, install it.",
                $"key add {login.UserName} --offered {key.Sha256}") { Remedy = new Remedy(RemedyKind.AddOfferedKey, login.UserName, key.Sha256) }),
            .. AlgorithmFindings.Of(unnamed, DiagnosisVerdict.Look),
            LastUse(known, rows),
        ];
        return new ConnectionDiagnosis(
            reference ?? login.UserName, login.UserName, login.Account, [.. findings.OrderByDescending(static finding => finding.Verdict)], offered,
            [.. rows.Concat(unnamed).OrderByDescending(static row => row.Sequence).Take(MaximumRefused).Select(View)]);
    }

    private static ConnectionDiagnosis OfAddress(DatabaseConnection connection, IPAddress address, IReadOnlyList<SourcePenalty> penalties, DateTimeOffset now)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var source = SourceText.Of(plain);
        var rows = DiagnosisSql.RefusedFrom(connection, [.. new[] { plain.ToString(), source, plain.MapToIPv6().ToString() }.Distinct()], now - Memory, MaximumRefused);
        var since = DiagnosisSql.SinceLogins(connection, now - Memory, LoginsRead);
        var read = since == now - Memory ? $"in {Memory.Days} days" : $"since {Format(since)}, which is as far back as the last {LoginsRead} logins go";
        var success = DiagnosisSql.LastLoginFrom(connection, plain.ToString(), since);
        List<DiagnosisFinding> findings =
        [
            .. penalties.Where(penalty => penalty.Source == source).Select(Penalty),
            .. AlgorithmFindings.Of(rows, success is null ? DiagnosisVerdict.Stop : DiagnosisVerdict.Look),
            rows.Count == 0 && success is null
                ? new(DiagnosisVerdict.Look, $"Nothing has come from {plain} {read}.",
                    "Ask for the host and the port that the program uses, and whether a firewall on their side lets it out; they may leave from another address.")
                : success is null
                    ? new(DiagnosisVerdict.Look, $"Nobody has logged in from {plain} {read}.", "See what its connections did, below; ask for the user name.")
                    : new(DiagnosisVerdict.Ok, $"{success.Actor} logged in from {plain} on {Format(DateTimeOffset.FromUnixTimeMilliseconds(success.Time))}."),
        ];
        return new ConnectionDiagnosis(plain.ToString(), null, null, findings, [], [.. rows.Select(View)]);
    }

    private static IEnumerable<DiagnosisFinding> Status(LoginCandidate known)
    {
        var login = known.Login;
        if (known.AccountStatus is AccountStatus.Closed)
        {
            yield return new(DiagnosisVerdict.Stop, $"Account {login.Account} is closed.", "A closed account does not open again; the customer needs another one.");
        }
        else if (known.AccountStatus is AccountStatus.Suspended)
        {
            yield return new(DiagnosisVerdict.Stop, $"Account {login.Account} is suspended.", "Resume it when what it was suspended for is settled.", $"account resume {login.Account}")
            {
                Remedy = new Remedy(RemedyKind.ResumeAccount, login.Account!),
            };
        }

        if (login.Status == LoginStatus.Suspended)
        {
            yield return new(
                DiagnosisVerdict.Stop, $"The login is suspended{(login.StatusReason is { } reason ? $": {reason}" : "")}.", "Resume it when that is settled.", $"login resume {login.UserName}")
            {
                Remedy = new Remedy(RemedyKind.ResumeLogin, login.UserName),
            };
        }
    }

    private static IEnumerable<DiagnosisFinding> Keys(LoginCandidate known, DateTimeOffset now)
    {
        var user = known.Login.UserName;
        var usable = known.Keys.Where(key => key.Revoked is null && !key.IsExpired(now)).ToList();
        if (usable.Count > 0)
        {
            yield return new(DiagnosisVerdict.Ok, $"{Count(usable.Count, "key")} can be used: {string.Join(", ", usable.Select(static key => $"{key.Type} {key.Sha256}"))}.");
            yield break;
        }

        var what = known.Keys.Count == 0
            ? "The login has no key."
            : $"No key can be used: {string.Join(", ", known.Keys.Select(key => $"{key.Sha256} {(key.Revoked is { } revoked ? $"was revoked on {Format(revoked)} ({key.RevokedReason})" : $"expired on {Format(key.Expires!.Value)}")}"))}.";
        yield return known.Password is null
            ? new(DiagnosisVerdict.Stop, what, "Ask for a public key and install it.", $"key add {user} FILE") { Remedy = new Remedy(RemedyKind.AddKey, user) }
            : new(DiagnosisVerdict.Ok, $"{what} It has a password for FTPS; SFTP would need a key.");
    }

    private static IEnumerable<DiagnosisFinding> Password(DatabaseConnection connection, LoginCandidate known, List<AuditRow> rows, DateTimeOffset now)
    {
        var user = known.Login.UserName;
        if (known.Password is not { } password)
        {
            if (rows.Exists(static row => row.Detail is { } detail && RefusalCauses.Of(detail) == RefusalCause.NoPassword))
            {
                yield return new(DiagnosisVerdict.Stop, "It came by FTPS with a password, and has none.", "If the customer is to use FTPS, send a link to set one; else tell them to use SFTP with the key.", $"password link {user}");
            }

            yield break;
        }

        yield return new(
            DiagnosisVerdict.Ok,
            $"It has a password for FTPS, set on {Format(password.Set)} by {password.SetBy}{(password.LastUsed is { } used ? $", last used on {Format(used)} from {password.LastUsedFrom} with {password.LastUsedClient}" : ", which was never used")}.");
        foreach (var source in LoginPasswordSql.Tries(connection, known.Login.Id, now).Where(each => each.Until > now))
        {
            yield return new(
                DiagnosisVerdict.Stop, string.Create(CultureInfo.InvariantCulture, $"{source.Tries} wrong passwords came from {source.Source}: from there none is looked at until {Format(source.Until)}, not even the right one."),
                "Mend the password that their program has, or set another; then let it try again at once, or wait.", $"password unlock {user}");
        }

        if (password.Ftp is { TlsFrom: { } from } ftp && ftp.DemandsTls(now))
        {
            yield return new(DiagnosisVerdict.Ok, $"Since {Format(from)} it must use TLS; a program that is set to plain FTP is refused.");
        }
    }

    private static IEnumerable<DiagnosisFinding> Numbers(Login login)
    {
        if (login.Numbers is NumberRight.None or NumberRight.Look)
        {
            yield return new(
                DiagnosisVerdict.Look,
                login.Numbers == NumberRight.Look ? "By NTSAPI and REST it may look at numbers and not change them." : "By NTSAPI and REST it may not use numbers.",
                "If its program is to take and set numbers, ask the customer, and allow it.", $"login numbers {login.UserName} change");
        }
    }

    private static IEnumerable<DiagnosisFinding> Networks(Login login, List<AuditRow> rows)
    {
        if (login.AllowFrom.Networks.Count == 0)
        {
            yield break;
        }

        var networks = string.Join(", ", login.AllowFrom.Networks);
        var others = rows.Select(static row => row.Address).OfType<string>().Distinct()
            .Where(address => IPAddress.TryParse(address, out var parsed) && !login.AllowFrom.Allows(parsed)).ToList();
        yield return others.Count == 0
            ? new(DiagnosisVerdict.Ok, $"The login may come from {networks} only, and all that was refused came from there.")
            : new(
                DiagnosisVerdict.Stop, $"The login may come from {networks} only, but came from {string.Join(", ", others)}.",
                "If the customer says that the new address is theirs, allow it too (the list replaces the one before).",
                $"login allow {login.UserName} {string.Join(' ', login.AllowFrom.Networks.Select(static network => $"--from {network}").Concat(others.Select(static address => $"--from {address}")))}")
            {
                Remedy = new Remedy(RemedyKind.AllowAddresses, login.UserName, string.Join(' ', others)),
            };
    }

    private static IEnumerable<DiagnosisFinding> Penalised(List<AuditRow> rows, IReadOnlyList<SourcePenalty> penalties)
    {
        var sources = rows.Select(static row => IPAddress.TryParse(row.Address, out var address) ? SourceText.Of(address) : row.Address).ToHashSet();
        return penalties.Where(penalty => sources.Contains(penalty.Source)).Select(Penalty);
    }

    private static DiagnosisFinding Penalty(SourcePenalty penalty) => new(
        DiagnosisVerdict.Stop,
        $"{penalty.Source} kept failing and is refused for another {penalty.SecondsLeft.ToString("0", CultureInfo.InvariantCulture)} seconds, whatever it offers.",
        "Mend what fails first (below), then forgive it, or wait.", $"penalties clear {penalty.Source.Split('/')[0]}")
    {
        Remedy = new Remedy(RemedyKind.ClearPenalty, penalty.Source.Split('/')[0]),
    };

    private static IEnumerable<DiagnosisFinding> Unknown(string? userName)
    {
        if (userName is not null)
        {
            yield return new(
                DiagnosisVerdict.Stop, $"There is no login {Words.Show(userName)}.", "Compare it with the user name in the customer's set-up mail; below is which one it may have meant.",
                "login list");
        }
    }

    private static DiagnosisFinding LastUse(LoginCandidate known, List<AuditRow> rows)
    {
        if (known.Login.LastLogin is { } last)
        {
            var key = known.Keys.Where(static key => key.LastUsed is not null).MaxBy(static key => key.LastUsed);
            return new(DiagnosisVerdict.Ok, $"It last got in on {Format(last)}{(key is null ? "" : $" from {key.LastUsedFrom} with {key.LastUsedClient}, key {key.Sha256}")}.");
        }

        return rows.Count > 0
            ? new(DiagnosisVerdict.Look, "It has never got in.", "See what its connections did, below.")
            : new(
                DiagnosisVerdict.Look, $"It has never got in, and nothing with this user name has reached the server in {Memory.Days} days.",
                "Ask for the host, the port and the exact user name that the program uses, and whether a firewall on their side lets it out.");
    }

    private static RefusedConnection View(AuditRow row) =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(row.Time), row.Address, row.Subject, row.Connection, row.Detail ?? "");

    private static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Format(DateTimeOffset time) => KeyService.Format(time);
}
