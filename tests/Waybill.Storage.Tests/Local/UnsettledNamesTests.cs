using Waybill.Storage.Local;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Tests.Local;

/// <summary>The claims of uploads that are in place and not recorded yet.</summary>
public sealed class UnsettledNamesTests
{
    [Fact]
    public void A_file_that_got_the_number_of_a_removed_one_is_still_looked_up_when_that_ones_claim_ends()
    {
        var names = new UnsettledNames();
        var (directory, number) = (new FileIdentity(1, 1), new FileIdentity(1, 7));
        var removed = names.TryClaim(directory, [.. "a"u8], number, out _)!;
        var next = names.TryClaim(directory, [.. "b"u8], number, out _)!;
        removed.End(recorded: true);
        Assert.False(names.Find(number)!.IsCompleted);
        next.End(recorded: true);
        Assert.Null(names.Find(number));
    }
}
