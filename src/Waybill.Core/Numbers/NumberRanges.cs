using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>The provider's ranges of numbers: adding, pricing, listing.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class NumberRanges(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    private readonly NumberRecorder _recorder = new(audit, time);

    /// <summary>Adds a range; all its numbers are free. None of them may be here already.</summary>
    public async ValueTask<Result<NumberRange>> AddAsync(NewRange range, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(range);
        return Check(range) is { } bad ? bad : await database.WriteAsync(transaction => Add(transaction, range, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds many ranges, each in a transaction of its own, after all were checked. One that is there with the same first and last number is passed over, so that an import
    /// that was interrupted is simply done again.
    /// </summary>
    public async ValueTask<Result<RangeImport>> ImportAsync(IReadOnlyList<NewRange> ranges, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges.Count is 0 or > NumberLimits.RangesTogether)
        {
            return Problem.Invalid($"1 to {NumberLimits.RangesTogether} ranges are added together. Give so many.");
        }

        foreach (var range in ranges)
        {
            if (Check(range) is { } bad)
            {
                return bad;
            }
        }

        var (added, present, numbers) = (0, 0, 0L);
        foreach (var range in ranges)
        {
            var isThere = await database.ReadAsync(
                connection => connection.Number(
                    "SELECT count(*) FROM number_range WHERE first = @first AND last = @last", ("@first", range.First.E164), ("@last", range.Last.E164)) != 0,
                cancellationToken).ConfigureAwait(false);
            if (isThere)
            {
                present++;
                continue;
            }

            var result = await AddAsync(range, actor, cancellationToken).ConfigureAwait(false);
            if (!result.Succeeded)
            {
                return added == 0 ? result.Problem : result.Problem with { Message = $"{result.Problem.Message} {added} ranges before it were added, and stay." };
            }

            added++;
            numbers += result.Value.Size;
        }

        return new RangeImport(added, present, numbers);
    }

    /// <summary>Sets band, prices and description of a range.</summary>
    public async ValueTask<Result<NumberRange>> SetTermsAsync(long id, RangeTerms terms, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return terms.Check() is { } bad ? bad : await database.WriteAsync<NumberRange>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (RangeSql.Find(connection, id) is not { } range)
                {
                    return Unknown(id);
                }

                if (range.Terms == terms)
                {
                    return range;
                }

                connection.Execute(
                    "UPDATE number_range SET band = @band, setup_price = @setup, monthly_price = @monthly, description = @description WHERE id = @id",
                    ("@band", terms.Band), ("@setup", terms.SetupPrice), ("@monthly", terms.MonthlyPrice), ("@description", terms.Description), ("@id", id));
                _recorder.Record(transaction, actor, NumberActions.RangeChanged, range.First, default, Data(range.Last, terms));
                return range with { Terms = terms };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A range.</summary>
    public async ValueTask<Result<NumberRange>> ShowAsync(long id, CancellationToken cancellationToken = default) =>
        await database.ReadAsync<Result<NumberRange>>(connection => RangeSql.Find(connection, id) is { } range ? range : Unknown(id), cancellationToken).ConfigureAwait(false);

    /// <summary>All ranges, in the order of their numbers.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<NumberRange>> ListAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<NumberRange>.Clamp(size);
        var from = PhoneNumber.TryParse(after, out var last) ? last.E164 : 0;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(RangeSql.Select + " WHERE first > @from ORDER BY first LIMIT @limit", RangeSql.Read, ("@from", from), ("@limit", size + 1));
                return new Page<NumberRange>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].First.National : null);
            },
            cancellationToken);
    }

    private static Problem Unknown(long id) =>
        Problem.NotFound(string.Create(CultureInfo.InvariantCulture, $"There is no range {id}. `waybill numbers ranges` lists them."));

    private static Problem? Check(NewRange range) =>
        range.First.IsPorted || range.Last.IsPorted ? Problem.Invalid("A range has numbers of the provider's own, and no ported ones. Leave the P out.")
        : range.First.National.Length != range.Last.National.Length ? Problem.Invalid($"{range.First} and {range.Last} have different lengths. Add a range for each length.")
        : range.First.E164 > range.Last.E164 ? Problem.Invalid($"{range.First} is behind {range.Last}. Give the smaller one first.")
        : range.Last.E164 - range.First.E164 >= NumberLimits.Range
            ? Problem.LimitReached($"{range.First} to {range.Last} are {range.Last.E164 - range.First.E164 + 1} numbers, and a range has {NumberLimits.Range} at most. Add them as several ranges.")
        : range.Terms.Check();

    private static JsonObject Data(PhoneNumber last, RangeTerms terms) => new()
    {
        ["last"] = last.National, ["band"] = terms.Band, ["setupPrice"] = terms.SetupPrice, ["monthlyPrice"] = terms.MonthlyPrice, ["description"] = terms.Description,
    };

    private Result<NumberRange> Add(WriteTransaction transaction, NewRange range, Actor actor)
    {
        var connection = transaction.Connection;
        var taken = connection.Number(
            "SELECT min(number) FROM phone_number WHERE number BETWEEN @first AND @last", ("@first", range.First.E164), ("@last", range.Last.E164));
        if (taken != 0)
        {
            return Problem.AlreadyExists($"{range.First} to {range.Last} cannot be added: {new PhoneNumber(taken)} is here already. `waybill numbers show {new PhoneNumber(taken)}` says as what.");
        }

        var id = RangeSql.Insert(connection, range, time.GetUtcNow(), actor.Name);
        _recorder.Record(transaction, actor, NumberActions.RangeAdded, range.First, default, Data(range.Last, range.Terms));
        return RangeSql.Find(connection, id)!;
    }
}

/// <summary>What an import did.</summary>
/// <param name="Added">Ranges that are new.</param>
/// <param name="Present">Ranges that were there already.</param>
/// <param name="Numbers">How many numbers are new.</param>
public sealed record RangeImport(int Added, int Present, long Numbers);
