using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>
/// Numbers of accounts: finding, taking, giving back, setting. Everything that changes a number is one transaction that begins by taking the writer's turn, so of two who
/// want the same number one gets it, in whichever process they are.
/// </summary>
/// <remarks>
/// Problems: <see cref="ProblemKind.NotFound"/> where there is nothing free, or no number that the caller may know of; <see cref="ProblemKind.Forbidden"/> for a login that may not; <see cref="ProblemKind.Refused"/> where the number's state
/// or its account's forbids it; <see cref="ProblemKind.TooFast"/> for blocks; <see cref="ProblemKind.Invalid"/> for a value.
/// </remarks>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="options">What the provider chose.</param>
/// <param name="turns">What all accounts of the process share.</param>
public sealed partial class NumberService(WaybillDatabase database, AuditLog audit, TimeProvider time, NumberOptions options, NumberTurns turns)
{
    private readonly NumberRecorder _recorder = new(audit, time);

    /// <summary>What the provider chose for all accounts.</summary>
    public NumberOptions Options => options;

    /// <summary>Finds a free number and does not reserve it: another one each time, drawn from those that fit. To have it, activate it at once.</summary>
    public async ValueTask<Result<PhoneNumber>> AllocateAsync(NumberCaller caller, NumberPattern pattern, CancellationToken cancellationToken = default)
    {
        var found = await ListFreeAsync(caller, pattern, 1, cancellationToken).ConfigureAwait(false);
        return found.Succeeded ? found.Value[0] : found.Problem;
    }

    /// <summary>Lists free numbers that fit, in no order, at most <see cref="NumberLimits.Listed"/>; there is at least one. None is reserved.</summary>
    public async ValueTask<Result<IReadOnlyList<PhoneNumber>>> ListFreeAsync(NumberCaller caller, NumberPattern pattern, int count, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (count is < 1 or > NumberLimits.Listed)
        {
            return Problem.Invalid($"One list has 1 to {NumberLimits.Listed} numbers. Ask for so many.");
        }

        await FreeOverAsync(cancellationToken).ConfigureAwait(false);
        using var turn = pattern.IsContiguous ? null : await turns.Searches.EnterAsync(caller.Account, cancellationToken).ConfigureAwait(false);
        return await LookAsync<IReadOnlyList<PhoneNumber>>(
            caller,
            connection => FreeNumbers.Find(connection, pattern, count) is { Count: > 0 } found ? (PhoneNumber[])[.. found.Select(static number => new PhoneNumber(number))] : NoneFree(pattern),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds ten free numbers in a row of which the first ends with 0, and reserves none; says the first.</summary>
    public async ValueTask<Result<PhoneNumber>> FindTenAsync(NumberCaller caller, NumberPattern pattern, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        await FreeOverAsync(cancellationToken).ConfigureAwait(false);
        using var turn = await turns.Searches.EnterAsync(caller.Account, cancellationToken).ConfigureAwait(false);
        return await LookAsync<PhoneNumber>(
            caller, connection => FreeNumbers.FindRun(connection, pattern, 10) is { } first ? new PhoneNumber(first) : NoneFree(pattern), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a free number to the caller's account for a term. Whoever comes second is refused, and an account that holds as many as it may.</summary>
    public async ValueTask<Result<NumberDetails>> ActivateAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default)
    {
        await FreeOverAsync(cancellationToken).ConfigureAwait(false);
        return await ChangeAsync<NumberDetails>(
            caller,
            transaction =>
            {
                var connection = transaction.Connection;
                var account = Taker(connection, caller.Account);
                if (!account.Succeeded)
                {
                    return account.Problem;
                }

                if (NumberSql.Find(connection, number.E164) is not { } found || number.IsPorted || !IsFree(found))
                {
                    return NotFree(number);
                }

                if (HasEndedFor(caller, account.Value, found) is { } ended)
                {
                    return ended;
                }

                if (NoRoom(connection, caller, account.Value, 1) is { } full)
                {
                    return full;
                }

                Activate(transaction, caller.Actor, found, account.Value, block: null);
                return NumberSql.Find(connection, number.E164)!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a number back. It is kept for its account for the time of quarantine, as it is.</summary>
    public ValueTask<Result<NumberDetails>> DeactivateAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) => ChangeAsync<NumberDetails>(
        caller,
        transaction =>
        {
            var owned = Held(transaction.Connection, caller, number, portedToo: false);
            if (!owned.Succeeded)
            {
                return owned.Problem;
            }

            Deactivate(transaction, caller.Actor, owned.Value, "given back");
            return NumberSql.Find(transaction.Connection, number.E164)!;
        },
        cancellationToken);

    /// <summary>Undoes a deactivation while nobody else has taken the number.</summary>
    public ValueTask<Result<NumberDetails>> ReactivateAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) => ChangeAsync<NumberDetails>(
        caller,
        transaction =>
        {
            var connection = transaction.Connection;
            var owned = Known(connection, caller, number);
            if (!owned.Succeeded)
            {
                return owned.Problem;
            }

            if (owned.Value is not { State: NumberState.Quarantined or NumberState.Free, FormerAccount: { } former })
            {
                return Problem.Refused($"{number} was not given back: it is {owned.Value.State.Show()}. There is nothing to undo.");
            }

            if (HasEnded(caller, owned.Value) is { } ended)
            {
                return ended;
            }

            var account = Taker(connection, former);
            if (!account.Succeeded)
            {
                return account.Problem;
            }

            if (NoRoom(connection, caller, account.Value, Uncounted(owned.Value)) is { } full)
            {
                return full;
            }

            Reactivate(transaction, caller.Actor, owned.Value, account.Value);
            return NumberSql.Find(connection, number.E164)!;
        },
        cancellationToken);

    /// <summary>A number with all that is set for it. Whoever gave it back still sees it, until somebody else takes it.</summary>
    public ValueTask<Result<NumberDetails>> ShowAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) =>
        LookAsync(caller, connection => Known(connection, caller, number), cancellationToken);

    /// <summary>Frees what was quarantined long enough, renews terms and ends those that are to end; says how many numbers that were.</summary>
    public async ValueTask<Result<int>> SettleAsync(CancellationToken cancellationToken = default)
    {
        for (var settled = 0; ;)
        {
            var written = await database.WriteAsync<int>(
                transaction => NumberSql.FreeOver(transaction.Connection, time.GetUtcNow()) + EndTerms(transaction), cancellationToken).ConfigureAwait(false);
            if (!written.Succeeded || written.Value == 0)
            {
                return written.Succeeded ? settled : written;
            }

            settled += written.Value;
        }
    }

    internal static Problem Unknown(PhoneNumber number) => Problem.NotFound($"There is no number {number} here that is yours. Check its digits; numbers that were ported in begin with P.");

    private static Problem NoneFree(NumberPattern pattern) => Problem.NotFound($"No number that fits {pattern} is free. Try another pattern.");

    private static Problem NotFree(PhoneNumber number) => Problem.Refused($"{number} is not free. Allocate another one and activate that at once.");

    /// <summary>The account that is to have a number.</summary>
    private static Result<Account> Taker(DatabaseConnection connection, string? account) =>
        account is null ? Problem.Invalid("A number is activated for an account. Say for which one.")
        : AccountService.Find(connection, account) is not { } found ? AccountService.Unknown(account)
        : found.Status != AccountStatus.Active ? Problem.Refused($"Account {found.Number} is {found.Status.ToWord()} and gets no number. Resume it first.")
        : found;

    /// <summary>A term that the provider has ended is not begun anew by giving the number back and taking it again.</summary>
    private static Problem? HasEnded(NumberCaller caller, NumberDetails number) => number.Ends && !caller.IsProvider
        ? Problem.Refused($"The provider has ended the term of {number.Number}. Ask it for the number.")
        : null;

    /// <summary>Nor by taking it as a free one when its quarantine is over: it is anybody else's then.</summary>
    private static Problem? HasEndedFor(NumberCaller caller, Account account, NumberDetails number) => number.FormerAccountId == account.Id ? HasEnded(caller, number) : null;

    /// <summary>How much more its former account holds when it takes a number back: while that is quarantined it counts already.</summary>
    private static int Uncounted(NumberDetails number) => number.State == NumberState.Quarantined ? 0 : 1;

    /// <summary>A number that the caller may know of; another account's is not there, in the same words as one that is not.</summary>
    private static Result<NumberDetails> Known(DatabaseConnection connection, NumberCaller caller, PhoneNumber number) =>
        NumberSql.Find(connection, number.E164) is { } found && (!number.IsPorted || found.State == NumberState.PortedIn)
            && (caller.Account is null || string.Equals(caller.Account, found.Account ?? found.FormerAccount, StringComparison.OrdinalIgnoreCase))
            ? found
            : Unknown(number);

    /// <summary>A number that the caller has now.</summary>
    private static Result<NumberDetails> Held(DatabaseConnection connection, NumberCaller caller, PhoneNumber number, bool portedToo)
    {
        var known = Known(connection, caller, number);
        return !known.Succeeded ? known
            : !known.Value.IsActive ? NotActive(number, known.Value)
            : known.Value.State == NumberState.PortedIn && !portedToo
                ? Problem.Refused($"{number} was ported in: its targets, their periods and its emergency record can be set, and its status asked. For all else ask the provider.")
            : known;
    }

    /// <summary>What helps depends on whose it was.</summary>
    private static Problem NotActive(PhoneNumber number, NumberDetails known) => Problem.Refused($"{number} is not active: it is {known.State.Show()}. " + known switch
    {
        { State: NumberState.PortedOut } => "It is another provider's now.",
        { FormerAccount: not null } => "Reactivate it first (REAC).",
        { State: NumberState.Quarantined } => "Activate it when its quarantine is over.",
        _ => "Activate it first.",
    });

    private bool IsFree(NumberDetails number) => number.State == NumberState.Free || (number.State == NumberState.Quarantined && number.QuarantinedUntil <= time.GetUtcNow());

    private DateOnly Today() => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), options.Zone).DateTime);

    private void Activate(WriteTransaction transaction, Actor actor, NumberDetails number, Account account, long? block)
    {
        var expires = Today().AddMonths(options.TermMonths);
        NumberSql.Take(transaction.Connection, number, NumberState.Active, account.Id, expires, block);
        var data = new JsonObject { ["expires"] = expires.ToColumn() };
        if (block is not null)
        {
            data["block"] = block;
        }

        _recorder.Record(transaction, actor, NumberActions.Activated, number.Number, (account.Id, account.Number), data);
    }

    private void Deactivate(WriteTransaction transaction, Actor actor, NumberDetails number, string why)
    {
        var until = time.GetUtcNow().AddDays(options.QuarantineDays);
        var isKept = options.QuarantineDays > 0;
        NumberSql.Release(transaction.Connection, number, isKept ? NumberState.Quarantined : NumberState.Free, isKept ? until : null);
        var data = new JsonObject { ["why"] = why };
        if (isKept)
        {
            data["quarantinedUntil"] = until.ToEvent();
        }

        _recorder.Record(transaction, actor, NumberActions.Deactivated, number.Number, (number.AccountId, number.Account), data);
    }

    private void Reactivate(WriteTransaction transaction, Actor actor, NumberDetails number, Account account)
    {
        var expires = Today().AddMonths(options.TermMonths);
        NumberSql.TakeBack(transaction.Connection, number, account.Id, expires);
        _recorder.Record(transaction, actor, NumberActions.Reactivated, number.Number, (account.Id, account.Number), new JsonObject { ["expires"] = expires.ToColumn() });
    }

    private int EndTerms(WriteTransaction transaction)
    {
        var connection = transaction.Connection;
        var today = Today();
        var over = connection.All(
            NumberSql.TermsOverStatement, NumberSql.Read, ("@today", today.ToColumn()), ("@limit", NumberLimits.Together));
        foreach (var number in over)
        {
            // A closed account never uses it again, and nobody else could have it.
            var isClosed = AccountService.Find(connection, number.Account!) is { Status: AccountStatus.Closed };
            if (number.Ends || isClosed)
            {
                Deactivate(transaction, Actor.System, number, isClosed ? "its term ended, and its account is closed" : "its term ended");
                continue;
            }

            var expires = number.Expires!.Value;
            while (expires < today)
            {
                expires = expires.AddMonths(options.TermMonths);
            }

            connection.Execute("UPDATE phone_number SET expires_on = @expires WHERE number = @number", ("@expires", expires.ToColumn()), ("@number", number.Number.E164));
            _recorder.Record(transaction, Actor.System, NumberActions.Renewed, number.Number, (number.AccountId, number.Account), new JsonObject { ["expires"] = expires.ToColumn() });
        }

        return over.Count;
    }

    /// <summary>What nobody has looked at since its quarantine ended is freed before free numbers are looked for; there is hardly ever one.</summary>
    private async ValueTask FreeOverAsync(CancellationToken cancellationToken)
    {
        if (await database.ReadAsync(connection => NumberSql.IsOver(connection, time.GetUtcNow()), cancellationToken).ConfigureAwait(false))
        {
            await database.WriteAsync<int>(transaction => NumberSql.FreeOver(transaction.Connection, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        }
    }
}
