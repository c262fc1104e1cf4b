using System.Security.Cryptography;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Porting;

/// <summary>Letters of authority: they come with a draft, are handed out, and go when their time is over.</summary>
public sealed partial class PortingService
{
    /// <summary>Adds a letter of authority to a draft or a rejected order. Those before stay: what was sent with them is known later.</summary>
    public async ValueTask<Result<PortingOrder>> AddLetterAsync(string? account, string reference, string? name, byte[] content, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var read = Read(name, content, actor);
        return !read.Succeeded ? read.Problem : await EditAsync(
            account, reference,
            (transaction, order, _) => AddLetter(transaction, [order], read.Value, content, actor, "") is { } problem ? problem : PortingSql.Find(transaction.Connection, order.Reference)!,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Adds one letter of authority to all drafts of a table, where one person signed for all of them: each has it as if it had come by itself, and it is kept once. Drafts that name
    /// nobody yet get it too; orders that are no draft any more are left as they are.
    /// </summary>
    /// <param name="account">Whose table; null for the provider.</param>
    /// <param name="upload">Its reference.</param>
    /// <param name="name">The name of its file.</param>
    /// <param name="content">What is in it, at most <see cref="PortingLimits.LetterSize"/> bytes.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>All orders of the table, by line; refused when several persons signed, or nothing is a draft.</returns>
    public async ValueTask<Result<IReadOnlyList<PortingOrder>>> AddLetterToUploadAsync(
        string? account, string upload, string? name, byte[] content, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var read = Read(name, content, actor);
        return await database.WriteAsync<IReadOnlyList<PortingOrder>>(
            transaction =>
            {
                var orders = OfUpload(transaction.Connection, account, upload);
                if (!orders.Succeeded)
                {
                    return orders;
                }

                if (!read.Succeeded)
                {
                    return read.Problem;
                }

                var (table, drafts) = (orders.Value[0].Upload!, orders.Value.Where(static order => order.State == PortingState.Draft).ToList());
                return (SignedByOne(table, drafts) ?? AddLetter(transaction, drafts, read.Value, content, actor, $"; for all drafts of table {table}")) is { } problem
                    ? problem
                    : OfUpload(transaction.Connection, account, table);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a letter out, and records to whom.</summary>
    public async ValueTask<Result<(PortingLetter Letter, byte[] Content)>> FetchLetterAsync(
        string? account, string reference, long letter, Actor actor, CancellationToken cancellationToken = default)
    {
        // Up to megabytes: no change of anybody's waits for them.
        var read = await database.ReadAsync<Result<(PortingOrder Order, PortingLetter Letter, byte[] Content)>>(
            connection =>
            {
                var found = Find(connection, account, reference);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                if (found.Value.Letters.FirstOrDefault(each => each.Id == letter) is not { } file || PortingSql.LetterContent(connection, found.Value.Id, letter) is not { } content)
                {
                    return Problem.NotFound($"Order {found.Value.Reference} has no letter {letter}: it was removed when its time was over, or is another order's.");
                }

                return (found.Value, file, content);
            },
            cancellationToken).ConfigureAwait(false);
        return !read.Succeeded ? read.Problem : await database.WriteAsync<(PortingLetter, byte[])>(
            transaction =>
            {
                Record(transaction, PortingActions.LetterFetched, read.Value.Order, actor, Describe(read.Value.Letter));
                return (read.Value.Letter, read.Value.Content);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes letters whose time is over; says how many.</summary>
    public async ValueTask<Result<int>> RemoveLettersAsync(CancellationToken cancellationToken = default)
    {
        for (var removed = 0; ;)
        {
            var some = await database.WriteAsync<int>(
                transaction =>
                {
                    var over = PortingSql.LettersOver(transaction.Connection, Today(time.GetUtcNow()));
                    foreach (var (letter, reference, account, order) in over)
                    {
                        PortingSql.RemoveLetter(transaction.Connection, order, letter.Id);
                        audit.Append(transaction, new AuditEntry(PortingActions.LetterRemoved, Actor.System) { Account = account, Subject = reference, Detail = Describe(letter) });
                    }

                    return over.Count;
                },
                cancellationToken).ConfigureAwait(false);
            if (!some.Succeeded || some.Value == 0)
            {
                return some.Succeeded ? removed : some.Problem;
            }

            removed += some.Value;
        }
    }

    /// <summary>Why one letter cannot count for these drafts; null when it can.</summary>
    private static Problem? SignedByOne(string table, List<PortingOrder> drafts)
    {
        if (drafts.Count == 0)
        {
            return Problem.Refused($"No order of table {table} is a draft any more. Add the letter to the order that it is for.");
        }

        var signatories = drafts.Where(static order => order.Details.Signatory is not null).DistinctBy(static order => order.Details.Signatory, StringComparer.OrdinalIgnoreCase).ToList();
        return signatories.Count < 2 ? null : Problem.Refused(
            $"One letter counts for one person who signed, and line {signatories[0].UploadLine} of table {table} names {Words.Show(signatories[0].Details.Signatory!)}, line {signatories[1].UploadLine} {Words.Show(signatories[1].Details.Signatory!)}. Add a letter to each order by itself, or make a table for each person.");
    }

    /// <summary>What is known of a letter before it is added, so that nobody's change waits for its hash; or why it is none.</summary>
    private Result<PortingLetter> Read(string? name, byte[] content, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var file = LetterFile.NameOf(name, content);
        return file.Succeeded ? new PortingLetter(0, file.Value, content.Length, Convert.ToHexStringLower(SHA256.HashData(content)), time.GetUtcNow(), actor.Name) : file.Problem;
    }

    /// <summary>Adds a letter to orders of one account, to all or none; why not, if so.</summary>
    private Problem? AddLetter(WriteTransaction transaction, List<PortingOrder> orders, PortingLetter letter, byte[] content, Actor actor, string about)
    {
        var connection = transaction.Connection;
        if (orders.Find(static order => order.Letters.Count >= PortingLimits.Letters) is { } full)
        {
            return Problem.LimitReached($"Order {full.Reference} has {PortingLimits.Letters} letters already. Make a new order.");
        }

        if (PortingSql.LetterBytes(connection, orders[0].AccountId) + content.Length > PortingLimits.LettersOfAccount)
        {
            return Problem.LimitReached($"The letters of account {orders[0].Account} take {PortingLimits.LettersOfAccount >> 20} MiB already. Send a smaller file, or cancel drafts that are not needed.");
        }

        var file = PortingSql.AddLetterFile(connection, content);
        foreach (var order in orders)
        {
            PortingSql.AddLetter(connection, order.Id, letter, file);
            Record(transaction, PortingActions.LetterAdded, order, actor, Describe(letter) + about);
        }

        return null;
    }

    private static string Describe(PortingLetter letter) => $"{letter.Name}, {letter.Size} bytes, SHA-256 {letter.Sha256}";
}
