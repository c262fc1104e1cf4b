using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Keys.Generation;
using Waybill.Core.Links;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;

namespace Waybill.Core.Keys.Handover;

/// <summary>
/// Hands a generated key over: the file by a link to one address, the passphrase by a link to another or read out by staff. Each link needs a code that no mail holds, and
/// opening it uses nothing up, since mail scanners open and even submit links: the final act does (<see cref="TakeAsync"/>).
/// </summary>
public sealed partial class KeyHandovers
{
    internal const string FilePurpose = "key-file";
    internal const string PassphrasePurpose = "key-passphrase";

    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly KeyService _keys;
    private readonly KeyGeneration _generation;
    private readonly SecretLinks _links;
    private readonly PersonalMails _mails;
    private readonly HandoverSeal _seal;
    private readonly string _publicUrl;
    private readonly TimeProvider _time;

    private KeyHandovers(
        WaybillDatabase database, AuditLog audit, KeyService keys, KeyGeneration generation, SecretLinks links, PersonalMails mails, string directory, string publicUrl, TimeProvider time)
    {
        (_database, _audit, _keys, _generation, _links, _mails, _time) = (database, audit, keys, generation, links, mails, time);
        _seal = new HandoverSeal(directory);
        _publicUrl = publicUrl.TrimEnd('/');
    }

    /// <summary>Prepares it; a broken template of a mail is a problem.</summary>
    /// <param name="database">Where handovers are kept.</param>
    /// <param name="audit">Where each is recorded.</param>
    /// <param name="keys">Revokes the keys of those that are cancelled.</param>
    /// <param name="generation">Makes the keys.</param>
    /// <param name="links">Makes the links.</param>
    /// <param name="options">How mails are written.</param>
    /// <param name="directory">Where the sealing keys are, a directory of their own.</param>
    /// <param name="publicUrl">The base of every link.</param>
    /// <param name="time">The clock.</param>
    public static Result<KeyHandovers> Create(
        WaybillDatabase database, AuditLog audit, KeyService keys, KeyGeneration generation, SecretLinks links, NotificationOptions options, string directory, string publicUrl,
        TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(publicUrl);
        var mails = PersonalMails.Load(options);
        return mails.Succeeded ? new KeyHandovers(database, audit, keys, generation, links, mails.Value, directory, publicUrl, time) : mails.Problem;
    }

    /// <summary>Makes a key, installs it, and puts the mails with the links into the outbox: all of it or nothing.</summary>
    public async ValueTask<Result<HandoverStart>> StartAsync(HandoverPlan plan, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (CheckAddresses(plan) is { } problem)
        {
            return problem;
        }

        var made = await _generation.MakeAsync(plan.UserName, plan.Recipe, cancellationToken).ConfigureAwait(false);
        if (!made.Succeeded)
        {
            return made.Problem;
        }

        using var generated = made.Value;
        return await _database.WriteAsync<HandoverStart>(transaction => Start(transaction, plan, generated, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists handovers, the newest first.</summary>
    /// <param name="userName">Only those of this login; null for all.</param>
    /// <param name="all">Those that have ended too.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<IReadOnlyList<HandoverView>> ListAsync(string? userName = null, bool all = false, CancellationToken cancellationToken = default) =>
        _database.ReadAsync<IReadOnlyList<HandoverView>>(
            connection => HandoverSql.List(connection, userName is null ? null : UserName.Fold(userName), all), cancellationToken);

    /// <summary>One of them; null when there is none of that number.</summary>
    public ValueTask<HandoverView?> FindAsync(long id, CancellationToken cancellationToken = default) => _database.ReadAsync(connection => HandoverSql.Find(connection, id), cancellationToken);

    /// <summary>A new link and a new code for a part that was not taken: the mail is lost, or its link ended with wrong codes. Older links of the part end.</summary>
    public ValueTask<Result<HandoverStart>> RenewAsync(long id, HandoverPart part, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<HandoverStart>(
        transaction =>
        {
            var connection = transaction.Connection;
            var now = _time.GetUtcNow();
            if (FindOpen(connection, id) is not { Succeeded: true } found)
            {
                return FindOpen(connection, id).Problem!;
            }

            if (HandoverSql.FindPart(connection, id, part, now) is not { Taken: null, Recipient: { } recipient } row)
            {
                return Problem.Refused($"The {Name(part)} of handover {id} was handed over already, or is read out by staff. There is no link to renew.");
            }

            var code = SpokenCode.New();
            var hash = _seal.HashCode(id, part, row.Sha256, code);
            if (!hash.Succeeded)
            {
                return hash.Problem;
            }

            SecretLinks.Revoke(transaction, Purpose(part), Subject(id));
            connection.Execute(
                "UPDATE key_handover_part SET code_hash = @hash, wrong_codes = 0 WHERE handover_id = @id AND part = @part",
                ("@hash", hash.Value), ("@id", id), ("@part", part.ToWord()));
            Mail(transaction, row.AccountId, row.UserName, id, part, recipient, row.Expires, now);
            _audit.Append(transaction, Entry(HandoverActions.Renewed, actor, found.Value, $"{Name(part)} to {recipient}"));
            var view = HandoverSql.Find(connection, id)!;
            return part == HandoverPart.File ? new HandoverStart(view, SpokenCode.Show(code), null) : new HandoverStart(view, null, SpokenCode.Show(code));
        },
        cancellationToken);

    /// <summary>Ends a handover: links and secrets are gone, and the key is revoked.</summary>
    public async ValueTask<Result<HandoverView>> CancelAsync(long id, string reason, Actor actor, CancellationToken cancellationToken = default)
    {
        var cancelled = await CancelRowsAsync(id, reason, actor, cancellationToken).ConfigureAwait(false);
        return cancelled.Succeeded && await SweepAsync().ConfigureAwait(false) is { Problem: { } problem } ? problem : cancelled;
    }

    /// <summary>Removes what was taken and cannot be repeated any more, and what nobody took in time; says how many secrets went.</summary>
    public async ValueTask<Result<int>> PurgeAsync(CancellationToken cancellationToken = default)
    {
        var purged = await PurgeRowsAsync(cancellationToken).ConfigureAwait(false);
        return purged.Succeeded && await SweepAsync().ConfigureAwait(false) is { Problem: { } problem } ? problem : purged;
    }

    // After the commit: a key that is gone while its row stays would be lost, and one that stays after a crash here goes with the next purge.
    private ValueTask<Result<int>> SweepAsync() => _database.WriteAsync(transaction => _seal.Sweep(HandoverSql.Waiting(transaction.Connection)));

    private ValueTask<Result<HandoverView>> CancelRowsAsync(long id, string reason, Actor actor, CancellationToken cancellationToken) => _database.WriteAsync<HandoverView>(
        transaction =>
        {
            if (Words.Check("reason", reason) is { } problem)
            {
                return problem;
            }

            var connection = transaction.Connection;
            var found = FindOpen(connection, id);
            if (!found.Succeeded)
            {
                return found.Problem;
            }

            End(transaction, found.Value, HandoverEnd.Cancelled);
            if (KeySql.Find(connection, LoginSql.Find(connection, found.Value.UserName)!.Id, found.Value.Sha256) is { Revoked: null })
            {
                var revoked = _keys.Revoke(transaction, found.Value.UserName, found.Value.Sha256, reason, actor);
                if (!revoked.Succeeded)
                {
                    return revoked.Problem;
                }
            }

            _audit.Append(transaction, Entry(HandoverActions.Cancelled, actor, found.Value, reason));
            return HandoverSql.Find(connection, id)!;
        },
        cancellationToken);

    private ValueTask<Result<int>> PurgeRowsAsync(CancellationToken cancellationToken) => _database.WriteAsync<int>(
        transaction =>
        {
            var connection = transaction.Connection;
            var now = _time.GetUtcNow();
            var removed = HandoverSql.Wipe(connection, now - HandoverLimits.Repeat);
            foreach (var view in HandoverSql.Expired(connection, now))
            {
                var left = string.Join(" and ", new[] { view.File.Taken is null ? "file" : null, view.Passphrase.Taken is null ? "passphrase" : null }.OfType<string>());
                End(transaction, view, HandoverEnd.Expired);
                removed++;
                _audit.Append(transaction, Entry(HandoverActions.Expired, Actor.System, view, $"nobody took the {left}; the key {view.Sha256} is still installed"));
                EventSql.Raise(
                    connection, HandoverTopics.Expired, AccountId(connection, view.Account),
                    new JsonObject { ["handover"] = view.Id, ["user"] = view.UserName, ["key"] = view.Sha256, ["notTaken"] = left }, now);
            }

            HandoverSql.Forget(connection, now - HandoverLimits.Remembered);
            return removed;
        },
        cancellationToken);

    private static Problem? CheckAddresses(HandoverPlan plan)
    {
        foreach (var address in new[] { plan.FileTo, plan.PassphraseTo }.OfType<string>())
        {
            if (!MailMessages.IsAddress(address))
            {
                return Problem.Invalid($"'{Words.Show(address)}' is no e-mail address. Give one as name@example.com.");
            }
        }

        return string.Equals(plan.FileTo, plan.PassphraseTo, StringComparison.OrdinalIgnoreCase)
            ? Problem.Invalid("File and passphrase do not go to the same address: whoever reads that mailbox would have both. Give another address, or read the passphrase out.")
            : null;
    }

    private Result<HandoverStart> Start(WriteTransaction transaction, HandoverPlan plan, GeneratedKey generated, Actor actor)
    {
        var connection = transaction.Connection;
        var now = _time.GetUtcNow();
        var installed = _generation.Install(transaction, plan.UserName, generated, plan.Label, plan.Expires, actor);
        if (!installed.Succeeded)
        {
            return installed.Problem;
        }

        var login = LoginSql.Find(connection, plan.UserName)!;
        var open = connection.Number("SELECT count(*) FROM key_handover WHERE login_id = @login AND ended_at IS NULL", ("@login", login.Id));
        if (open >= HandoverLimits.OpenForLogin)
        {
            return Problem.LimitReached($"{login.UserName} has {open} handovers that are not done. Wait for the customer, or cancel one: `waybill key handovers list` shows them.");
        }

        var expires = now + HandoverLimits.Lifetime;
        connection.Execute(
            "INSERT INTO key_handover (login_id, sha256, file_name, created_at, created_by, expires_at) VALUES (@login, @sha256, @file, @now, @by, @expires)",
            ("@login", login.Id), ("@sha256", installed.Value.Sha256), ("@file", generated.FileName), ("@now", now.ToColumn()), ("@by", actor.Name), ("@expires", expires.ToColumn()));
        var id = connection.Number("SELECT last_insert_rowid()");
        var account = AccountId(connection, login.Account);
        var codes = new Dictionary<HandoverPart, string>();
        foreach (var (part, recipient) in ((HandoverPart, string?)[])[(HandoverPart.File, plan.FileTo), (HandoverPart.Passphrase, plan.PassphraseTo)])
        {
            var secret = _seal.Seal(id, part, installed.Value.Sha256, part == HandoverPart.File ? generated.File.Span : generated.Passphrase);
            var code = SpokenCode.New();
            var hash = _seal.HashCode(id, part, installed.Value.Sha256, code);
            if ((secret.Problem ?? hash.Problem) is { } problem)
            {
                return problem;
            }

            HandoverSql.AddPart(connection, id, part, recipient, secret.Value!, recipient is null ? null : hash.Value);
            if (recipient is not null)
            {
                codes[part] = SpokenCode.Show(code);
                Mail(transaction, account, login.UserName, id, part, recipient, expires, now);
            }
        }

        var view = HandoverSql.Find(connection, id)!;
        _audit.Append(transaction, Entry(HandoverActions.Begun, actor, view, $"{view.Sha256}, file to {plan.FileTo}, passphrase {(plan.PassphraseTo is { } to ? "to " + to : "read out by staff")}"));
        return new HandoverStart(view, codes.GetValueOrDefault(HandoverPart.File), codes.GetValueOrDefault(HandoverPart.Passphrase));
    }

    private void Mail(WriteTransaction transaction, long? account, string userName, long id, HandoverPart part, string recipient, DateTimeOffset expires, DateTimeOffset now)
    {
        var token = _links.Create(transaction, Purpose(part), Subject(id), expires - now);
        _mails.Add(
            transaction.Connection, part == HandoverPart.File ? HandoverTopics.File : HandoverTopics.Passphrase, account, recipient,
            new Dictionary<string, string> { ["user"] = userName, ["link"] = $"{_publicUrl}/l/{token}", ["expires"] = _mails.Show(expires) }, now);
    }

    private void End(WriteTransaction transaction, HandoverView view, HandoverEnd how)
    {
        HandoverSql.End(transaction.Connection, view.Id, how, _time.GetUtcNow());
        foreach (var part in Enum.GetValues<HandoverPart>())
        {
            SecretLinks.Revoke(transaction, Purpose(part), Subject(view.Id));
        }
    }

    private static Result<HandoverView> FindOpen(DatabaseConnection connection, long id) => HandoverSql.Find(connection, id) switch
    {
        null => Problem.NotFound($"There is no handover {id}. `waybill key handovers list --all` shows them."),
        { Ended: { } ended } view => Problem.Refused($"Handover {id} has ended on {KeyService.Format(ended)} ({view.How.ToString()!.ToLowerInvariant()}). Generate a new key if one is needed."),
        var view => view,
    };

    private static AuditEntry Entry(string action, Actor actor, HandoverView view, string detail) =>
        new(action, actor) { Account = view.Account, Subject = view.UserName, Detail = string.Create(CultureInfo.InvariantCulture, $"handover {view.Id}: {detail}") };

    private static long? AccountId(DatabaseConnection connection, string? number) =>
        number is null ? null : connection.Number("SELECT id FROM account WHERE number_key = @key", ("@key", Accounts.AccountNumber.Fold(number)));

    private static string Purpose(HandoverPart part) => part == HandoverPart.File ? FilePurpose : PassphrasePurpose;

    private static string Subject(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Name(HandoverPart part) => part == HandoverPart.File ? "file" : "passphrase";
}
