using System.Text.Json.Nodes;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>Numbers that come from another provider, and that go to one.</summary>
public sealed partial class NumberService
{
    /// <summary>Numbers came from another provider: they are the account's from now on, all or none. One that the account has so already stays as it is.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="numbers">The numbers, at most <see cref="NumberLimits.Ported"/>.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many are new.</returns>
    public ValueTask<Result<int>> PortInAsync(string account, IReadOnlyList<PhoneNumber> numbers, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction => PortIn(transaction, account, numbers, actor), cancellationToken);

    /// <summary>The same within the transaction that completes an order of porting.</summary>
    internal Result<int> PortIn(WriteTransaction transaction, string account, IReadOnlyList<PhoneNumber> numbers, Actor actor)
    {
        var connection = transaction.Connection;
        if (numbers.Count is 0 or > NumberLimits.Ported)
        {
            return Problem.Invalid($"1 to {NumberLimits.Ported} numbers are ported in together. Give so many.");
        }

        var taker = Taker(connection, account);
        if (!taker.Succeeded)
        {
            return taker.Problem;
        }

        var added = 0;
        foreach (var number in numbers)
        {
            var found = NumberSql.Find(connection, number.E164);
            if (found is { State: NumberState.PortedIn } && found.AccountId == taker.Value.Id)
            {
                continue;
            }

            switch (found?.State)
            {
                case null:
                    connection.Execute(
                        "INSERT INTO phone_number (number, state, account_id) VALUES (@number, 'portedin', @account)", ("@number", number.E164), ("@account", taker.Value.Id));
                    break;
                case NumberState.PortedOut:
                    NumberSql.Take(connection, found, NumberState.PortedIn, taker.Value.Id, expires: null, block: null);
                    break;
                default:
                    return Problem.Refused($"{number.National} is {found.State.Show()} here: it cannot come from another provider. Leave it out{(found.State == NumberState.Free ? ", or activate it" : "")}; if an order names it, reject the order.");
            }

            _recorder.Record(transaction, actor, NumberActions.PortedIn, number, (taker.Value.Id, taker.Value.Number), []);
            added++;
        }

        return added;
    }

    /// <summary>A number went to another provider; nobody can take it until it returns.</summary>
    public ValueTask<Result<NumberDetails>> PortOutAsync(PhoneNumber number, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<NumberDetails>(
        transaction =>
        {
            var connection = transaction.Connection;
            var held = Held(connection, NumberCaller.Provider(actor), number, portedToo: true);
            if (!held.Succeeded)
            {
                return held;
            }

            NumberSql.Release(connection, held.Value, NumberState.PortedOut, quarantinedUntil: null);
            EmergencySql.Remove(connection, number);
            _recorder.Record(transaction, actor, NumberActions.PortedOut, held.Value.Number, (held.Value.AccountId, held.Value.Account), []);
            return NumberSql.Find(connection, number.E164)!;
        },
        cancellationToken);

    /// <summary>A number of a range of ours came back from the provider that it had gone to, without an account and with nothing set: it is quarantined.</summary>
    public ValueTask<Result<NumberDetails>> ReturnAsync(PhoneNumber number, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<NumberDetails>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (NumberSql.Find(connection, number.E164) is not { } found)
            {
                return Unknown(number);
            }

            if (found is not { State: NumberState.PortedOut, Range: not null })
            {
                return Problem.Refused($"{number} is {found.State.Show()}{(found.Range is null ? " and of no range" : "")}: only a number of a range that was ported out returns.");
            }

            var until = time.GetUtcNow().AddDays(options.QuarantineDays);
            NumberSql.Release(connection, found, options.QuarantineDays > 0 ? NumberState.Quarantined : NumberState.Free, options.QuarantineDays > 0 ? until : null);
            NumberSql.Forget(connection, found);
            _recorder.Record(transaction, actor, NumberActions.Returned, found.Number, default, new JsonObject { ["quarantinedUntil"] = options.QuarantineDays > 0 ? until.ToEvent() : null });
            return NumberSql.Find(connection, number.E164)!;
        },
        cancellationToken);
}
