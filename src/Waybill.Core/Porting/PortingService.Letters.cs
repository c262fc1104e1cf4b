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
        var file = LetterFile.NameOf(name, content);
        return !file.Succeeded ? file.Problem : await EditAsync(
            account, reference,
            (transaction, order, now) =>
            {
                if (order.Letters.Count >= PortingLimits.Letters)
                {
                    return Problem.LimitReached($"Order {order.Reference} has {PortingLimits.Letters} letters already. Make a new order.");
                }

                if (PortingSql.LetterBytes(transaction.Connection, order.AccountId) + content.Length > PortingLimits.LettersOfAccount)
                {
                    return Problem.LimitReached($"The letters of account {order.Account} take {PortingLimits.LettersOfAccount >> 20} MiB already. Send a smaller file, or cancel drafts that are not needed.");
                }

                var hash = Convert.ToHexStringLower(SHA256.HashData(content));
                var letter = new PortingLetter(0, file.Value, content.Length, hash, now, actor.Name);
                PortingSql.AddLetter(transaction.Connection, order.Id, letter, content);
                Record(transaction, PortingActions.LetterAdded, order, actor, Describe(letter));
                return PortingSql.Find(transaction.Connection, order.Reference)!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands a letter out, and records to whom.</summary>
    public ValueTask<Result<(PortingLetter Letter, byte[] Content)>> FetchLetterAsync(string? account, string reference, long letter, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<(PortingLetter, byte[])>(
            transaction =>
            {
                var found = Find(transaction.Connection, account, reference);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                if (found.Value.Letters.FirstOrDefault(each => each.Id == letter) is not { } file || PortingSql.LetterContent(transaction.Connection, found.Value.Id, letter) is not { } content)
                {
                    return Problem.NotFound($"Order {found.Value.Reference} has no letter {letter}: it was removed when its time was over, or is another order's.");
                }

                Record(transaction, PortingActions.LetterFetched, found.Value, actor, Describe(file));
                return (file, content);
            },
            cancellationToken);

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

    private static string Describe(PortingLetter letter) => $"{letter.Name}, {letter.Size} bytes, SHA-256 {letter.Sha256}";
}
