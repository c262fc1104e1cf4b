using Waybill.Core.Database;
using Waybill.Core.Logins;

namespace Waybill.Core.Numbers;

/// <summary>Numbers that are taken together.</summary>
public sealed partial class NumberService
{
    /// <summary>Finds so many free numbers in a row and gives them to the caller's account, all or none. Tens, hundreds and thousands begin with as many zeros at their end.</summary>
    /// <param name="caller">Who; with an account.</param>
    /// <param name="pattern">Which numbers.</param>
    /// <param name="size">How many: 2 to <see cref="NumberLimits.Block"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberBlock>> ActivateBlockAsync(NumberCaller caller, NumberPattern pattern, int size, CancellationToken cancellationToken = default) =>
        ActivateBlockAsync(caller, pattern, size, connection => FreeNumbers.FindRun(connection, pattern, size), cancellationToken);

    /// <summary>The same with another search. It reads while others write, and so what it finds may be gone; then it is asked again.</summary>
    internal async ValueTask<Result<NumberBlock>> ActivateBlockAsync(
        NumberCaller caller, NumberPattern pattern, int size, Func<DatabaseConnection, long?> search, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (size is < 2 or > NumberLimits.Block)
        {
            return Problem.Invalid($"A block has 2 to {NumberLimits.Block} numbers. Ask for so many.");
        }

        await FreeOverAsync(cancellationToken).ConfigureAwait(false);
        Problem? passedOver = null;
        for (var tries = 0; tries < NumberLimits.BlockTries; tries++)
        {
            Result<long> found;
            using (await turns.Searches.EnterAsync(caller.Account, cancellationToken).ConfigureAwait(false))
            {
                found = await database.ReadAsync<Result<long>>(
                    connection =>
                    {
                        var account = Taker(connection, caller.Account);
                        return (MayNot(connection, caller, NumberRight.Change) ?? account.Problem) is { } refused ? refused
                            : search(connection) is { } number ? number
                            : Problem.NotFound($"No {size} numbers in a row that fit {pattern} are free. Try fewer, or another pattern.");
                    },
                    cancellationToken).ConfigureAwait(false);
            }

            if (!found.Succeeded)
            {
                return found.Problem;
            }

            passedOver = null;
            var taken = await ChangeAsync<NumberBlock>(
                caller,
                transaction =>
                {
                    passedOver = WhyNotThese(transaction.Connection, caller, found.Value, size);
                    return passedOver is null ? TakeBlock(transaction, caller, found.Value, size) : passedOver;
                },
                cancellationToken).ConfigureAwait(false);
            if (passedOver is null)
            {
                return taken;
            }
        }

        return passedOver!;
    }

    /// <summary>What stands against one row of numbers, where another one may do; null if nothing.</summary>
    private static Problem? WhyNotThese(DatabaseConnection connection, NumberCaller caller, long first, int size) =>
        !FreeNumbers.IsFree(connection, first, size) ? QuickerOthers(size)
        : caller.Account is not null && Taker(connection, caller.Account) is { Succeeded: true } account
            ? Numbers(connection, first, size).Select(number => HasEndedFor(caller, account.Value, number)).FirstOrDefault(static ended => ended is not null)
            : null;

    private static IEnumerable<NumberDetails> Numbers(DatabaseConnection connection, long first, int size) =>
        Enumerable.Range(0, size).Select(i => NumberSql.Find(connection, first + i)!);

    /// <summary>The block that a number of the caller's belongs to.</summary>
    public ValueTask<Result<NumberBlock>> BlockOfAsync(NumberCaller caller, PhoneNumber number, CancellationToken cancellationToken = default) =>
        LookAsync<NumberBlock>(
            caller,
            connection =>
            {
                var known = Known(connection, caller, number);
                return !known.Succeeded ? known.Problem
                    : known.Value.Block is { } id && Block(connection, id) is { } block ? block
                    : Problem.NotFound($"{number} is in no block.");
            },
            cancellationToken);

    /// <summary>Gives back the numbers of a block that the caller has still.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="first">The first number of the block.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberBlock>> DeactivateBlockAsync(NumberCaller caller, PhoneNumber first, CancellationToken cancellationToken = default) => ChangeAsync<NumberBlock>(
        caller,
        transaction =>
        {
            var found = BlockFrom(transaction.Connection, caller, first);
            if (!found.Succeeded)
            {
                return found.Problem;
            }

            var held = found.Value.Numbers.FindAll(static number => number.State == NumberState.Active);
            if (held.Count == 0)
            {
                return Problem.Refused($"The block of {first} is given back already. There is nothing to do.");
            }

            if (TooFast(caller, found.Value.Block.Account, held.Count) is { } tooFast)
            {
                return tooFast;
            }

            held.ForEach(number => Deactivate(transaction, caller.Actor, number, "given back with its block"));
            return found.Value.Block;
        },
        cancellationToken);

    /// <summary>Undoes the deactivation of a block while nobody has taken a number of it: all of them, or none.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="first">The first number of the block.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<NumberBlock>> ReactivateBlockAsync(NumberCaller caller, PhoneNumber first, CancellationToken cancellationToken = default) => ChangeAsync<NumberBlock>(
        caller,
        transaction =>
        {
            var found = BlockFrom(transaction.Connection, caller, first);
            if (!found.Succeeded)
            {
                return found.Problem;
            }

            var (block, numbers) = found.Value;
            if (numbers.Count < block.Size)
            {
                return Problem.Refused($"{block.Size - numbers.Count} of the {block.Size} numbers of this block are not its account's any more. Reactivate those that are left one by one.");
            }

            var account = Taker(transaction.Connection, block.Account);
            if (!account.Succeeded)
            {
                return account.Problem;
            }

            var given = numbers.FindAll(static number => number.State != NumberState.Active);
            if (given.Count == 0)
            {
                return Problem.Refused($"The block of {first} was not given back. There is nothing to undo.");
            }

            if (given.Select(number => HasEnded(caller, number)).FirstOrDefault(static ended => ended is not null) is { } ended)
            {
                return ended;
            }

            if (NoRoom(transaction.Connection, caller, account.Value, given.Sum(Uncounted)) is { } full)
            {
                return full;
            }

            if (TooFast(caller, block.Account, given.Count) is { } tooFast)
            {
                return tooFast;
            }

            given.ForEach(number => Reactivate(transaction, caller.Actor, number, account.Value));
            return block;
        },
        cancellationToken);

    private static Problem QuickerOthers(int size) => Problem.Refused($"Others were quicker with every {size} numbers in a row that were found. Try again in a moment.");

    private static NumberBlock? Block(DatabaseConnection connection, long id) => connection.First(
        "SELECT b.id, b.first, b.size, a.number, b.activated_at FROM number_block b JOIN account a ON a.id = b.account_id WHERE b.id = @id",
        static row => new NumberBlock(row.GetInt64(0), new PhoneNumber(row.GetInt64(1)), row.GetInt32(2), row.GetString(3), row.Time(4)), ("@id", id));

    /// <summary>A block by its first number, with those of its numbers that its account has or may take back.</summary>
    private static Result<(NumberBlock Block, List<NumberDetails> Numbers)> BlockFrom(DatabaseConnection connection, NumberCaller caller, PhoneNumber first)
    {
        var known = Known(connection, caller, first);
        if (!known.Succeeded)
        {
            return known.Problem;
        }

        if (known.Value.Block is not { } id || Block(connection, id) is not { } block)
        {
            return Problem.NotFound($"{first} is in no block.");
        }

        if (block.First.E164 != first.E164)
        {
            return Problem.Invalid($"The block of {first} begins with {block.First}. Name that number.");
        }

        var numbers = connection.All(NumberSql.OfBlockStatement, NumberSql.Read, ("@block", id), ("@limit", NumberLimits.Block));
        return (block, numbers.FindAll(number => (number.Account ?? number.FormerAccount) == block.Account));
    }

    /// <summary>Why an account cannot change so many numbers of a block now; null when it can, and then they are counted. Asked last, in the transaction that changes them.</summary>
    private Problem? TooFast(NumberCaller caller, string account, int numbers) => !caller.IsProvider && turns.Blocks.Take(account, numbers) is { } wait
        ? Problem.TooFast(
            $"Account {account} changes blocks too fast: {NumberLimits.BlockNumbers} numbers at once, and then {NumberLimits.BlockNumbersPerSecond} a second. Nothing was done; try again in {Math.Ceiling(wait.TotalSeconds):0} s.")
        : null;

    private Result<NumberBlock> TakeBlock(WriteTransaction transaction, NumberCaller caller, long first, int size)
    {
        var connection = transaction.Connection;
        var account = Taker(connection, caller.Account);
        if (!account.Succeeded)
        {
            return account.Problem;
        }

        if (NoRoom(connection, caller, account.Value, size) is { } full)
        {
            return full;
        }

        if (TooFast(caller, account.Value.Number, size) is { } tooFast)
        {
            return tooFast;
        }

        var block = connection.Number(
            "INSERT INTO number_block (first, size, account_id, activated_at) VALUES (@first, @size, @account, @now) RETURNING id",
            ("@first", first), ("@size", size), ("@account", account.Value.Id), ("@now", time.GetUtcNow().ToColumn()));
        foreach (var number in Numbers(connection, first, size).ToList())
        {
            Activate(transaction, caller.Actor, number, account.Value, block);
        }

        return Block(connection, block)!;
    }
}
