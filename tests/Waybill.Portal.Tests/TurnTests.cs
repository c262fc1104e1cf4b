using Waybill.Portal.Files;

namespace Waybill.Portal.Tests;

/// <summary>How much of what takes long is done at once.</summary>
public sealed class TurnTests
{
    [Fact]
    public void All_transfers_and_those_of_one_person_have_limits()
    {
        var turns = new TransferTurns();
        var mine = Enumerable.Range(0, PortalLimits.TransfersPerPerson).Select(_ => turns.TryTake("1")).ToList();
        Assert.DoesNotContain(null, mine);
        Assert.Null(turns.TryTake("1"));
        var others = Enumerable.Range(0, PortalLimits.Transfers - PortalLimits.TransfersPerPerson).Select(index => turns.TryTake($"other {index}")).ToList();
        Assert.DoesNotContain(null, others);
        Assert.Null(turns.TryTake("one more"));
        mine[0]!.Dispose();
        Assert.NotNull(turns.TryTake("one more"));
    }

    [Fact]
    public void Transfers_of_one_account_have_a_limit_whoever_asks()
    {
        var turns = new TransferTurns();
        var theirs = Enumerable.Range(0, PortalLimits.TransfersPerAccount).Select(person => turns.TryTake(person, "a1")).ToList();
        Assert.DoesNotContain(null, theirs);

        // What the account refuses costs the person nothing at another one.
        for (var i = 0; i < PortalLimits.TransfersPerPerson; i++)
        {
            Assert.Null(turns.TryTake(1000, "A1"));
        }

        Assert.NotNull(turns.TryTake(1000, "b"));
        theirs[0]!.Dispose();
        Assert.NotNull(turns.TryTake(1001, "a1"));
        Assert.Null(turns.TryTake(1002, "a1"));
    }

    [Fact]
    public void So_many_folders_are_read_at_once_and_so_many_for_one_person()
    {
        var turns = new ListingTurns();
        var mine = Enumerable.Range(0, PortalLimits.ListingsPerPerson).Select(_ => turns.TryTake("1")).ToList();
        Assert.DoesNotContain(null, mine);
        Assert.Null(turns.TryTake("1"));
        Assert.DoesNotContain(null, Enumerable.Range(0, PortalLimits.Listings - PortalLimits.ListingsPerPerson).Select(index => turns.TryTake($"other {index}")).ToList());
        Assert.Null(turns.TryTake("one more"));
        mine[0]!.Dispose();
        Assert.NotNull(turns.TryTake("one more"));
    }

    [Fact]
    public void So_many_tables_of_receipts_are_sent_at_once_and_one_of_an_account()
    {
        var turns = new ReceiptTurns();
        var taken = Enumerable.Range(0, PortalLimits.ReceiptTables).Select(account => turns.TryTake($"account {account}")).ToList();
        Assert.DoesNotContain(null, taken);
        Assert.Null(turns.TryTake("one more"));
        taken[0]!.Dispose();
        Assert.Null(turns.TryTake("account 1"));
        Assert.NotNull(turns.TryTake("one more"));
    }
}
