using Waybill.Core.Audit;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditAnchorTests
{
    [Fact]
    public async Task What_was_written_last_is_synced_soon_also_when_nothing_follows()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("anchor");
        using var anchor = new AuditAnchor(path, new byte[32]);
        for (var count = 1; !anchor.IsUnsynced; count++)
        {
            anchor.Write(new AuditHead(count, new byte[32]), replaced: null);
        }

        // No deadline but the test's own: slowness alone must not fail it.
        while (anchor.IsUnsynced)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(AnchorState.Good, anchor.Read().State);
    }

    [Fact]
    public void The_end_of_the_log_leaves_nothing_unsynced()
    {
        using var directory = new TemporaryDirectory();
        var anchor = new AuditAnchor(directory.Combine("anchor"), new byte[32]);
        for (var count = 1; !anchor.IsUnsynced; count++)
        {
            anchor.Write(new AuditHead(count, new byte[32]), replaced: null);
        }

        anchor.Dispose();
        Assert.False(anchor.IsUnsynced);
        anchor.Write(new AuditHead(1_000_000, new byte[32]), replaced: null);
        Assert.False(anchor.IsUnsynced);
        Assert.Equal(1_000_000, anchor.Read().Head.Count);
    }
}
