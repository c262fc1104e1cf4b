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

    [Fact]
    public void A_file_that_is_changed_behind_the_back_of_a_log_that_knows_it_is_seen_at_once()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Combine("anchor");
        using var anchor = new AuditAnchor(path, new byte[32]);
        anchor.Write(new AuditHead(1, new byte[32]), replaced: null);
        anchor.Write(new AuditHead(2, new byte[32]), replaced: null);
        var good = File.ReadAllBytes(path);
        Assert.Equal(2, anchor.Read().Head.Count);

        // One digit of the newest count: the older slot is what is left.
        var changed = (byte[])good.Clone();
        changed[changed.AsSpan().IndexOf(" 2 2 "u8) + 3] = (byte)'3';
        File.WriteAllBytes(path, changed);
        Assert.Equal((AnchorState.Good, 1), (anchor.Read().State, anchor.Read().Head.Count));

        // Each slot in the other's place is still confirmed: what counts is the generation.
        File.WriteAllBytes(path, [.. good.AsSpan(4096, 256), .. good.AsSpan(256, 3840), .. good.AsSpan(0, 256)]);
        Assert.Equal((AnchorState.Good, 2), (anchor.Read().State, anchor.Read().Head.Count));

        File.Delete(path);
        Assert.Equal(AnchorState.Missing, anchor.Read().State);

        File.WriteAllBytes(path, new byte[5000]);
        Assert.Equal(AnchorState.Forged, anchor.Read().State);

        File.WriteAllBytes(path, good);
        Assert.Equal((AnchorState.Good, 2), (anchor.Read().State, anchor.Read().Head.Count));
    }
}
