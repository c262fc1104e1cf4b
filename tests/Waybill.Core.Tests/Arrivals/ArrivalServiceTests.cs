using Waybill.Core.Arrivals;
using Waybill.Core.Inbound;
using Waybill.Core.Tests.Inbound;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Arrivals;

/// <summary>When a file has arrived, and what its account's rules make of it.</summary>
public sealed class ArrivalServiceTests
{
    private static readonly TimeSpan Quiet = new InboundOptions().Quiet;

    [Fact]
    public async Task A_file_is_offered_when_its_session_has_ended()
    {
        await using var core = await DeliveringCore.CreateAsync();
        core.Live.Add("c1");
        var file = await core.DeliverAsync("/upload/a.csv");
        Assert.Equal(0, await core.SettleAsync());
        core.Live.Clear();
        Assert.Equal(1, await core.SettleAsync());
        Assert.Equal([file], await core.WaitingAsync());
    }

    [Fact]
    public async Task A_file_is_offered_when_its_session_left_it_alone_for_a_minute()
    {
        await using var core = await DeliveringCore.CreateAsync();
        core.Live.Add("c1");
        var file = await core.DeliverAsync("/upload/a.csv");
        core.Core.Time.Advance(Quiet - TimeSpan.FromSeconds(1));
        await core.JournalAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/upload/a.csv"), Changes: new AttributeChanges(ModificationTime: 1)));
        core.Core.Time.Advance(Quiet - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await core.SettleAsync());
        core.Core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await core.SettleAsync());
        Assert.Equal([file], await core.WaitingAsync());
    }

    [Theory]
    [InlineData("a.csv.filepart")]
    [InlineData("a.csv.TMP")]
    [InlineData("a.part")]
    public async Task A_name_that_is_not_final_is_neither_judged_nor_offered(string name)
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv", header: "a;b");
        var file = await core.DeliverAsync("/upload/" + name, "x");
        await core.SettleAsync();
        Assert.Equal(InboundState.Partial, (await core.StateAsync(file)).State);
        Assert.Empty(await core.WaitingAsync());

        await core.RenameAsync("/upload/" + name, "/upload/a.csv");
        await core.SettleAsync();
        Assert.Equal((InboundState.Rejected, "/rejected/a.csv"), ((await core.StateAsync(file)).State, (await core.StateAsync(file)).Path));
    }

    [Fact]
    public async Task Names_that_are_not_final_are_looked_at_again_when_the_suffixes_are_others()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.part");
        Assert.Empty(await core.WaitingAsync());
        Assert.True((await core.Services.Arrivals.ReconsiderAsync()).Succeeded);
        Assert.Equal(InboundState.Arriving, (await core.StateAsync(file)).State);
    }

    [Fact]
    public async Task A_renamed_file_is_another_delivery_and_offered_anew()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        var cursor = (await core.Services.Inbound.ListAsync()).Get().Cursor;
        core.Live.Add("c1");
        await core.RenameAsync("/upload/a.csv", "/upload/b.csv");
        Assert.Equal(0, await core.SettleAsync());
        Assert.Empty(await core.WaitingAsync());
        core.Core.Time.Advance(Quiet);
        await core.SettleAsync();
        Assert.Equal([file], await core.WaitingAsync(cursor));
    }

    [Fact]
    public async Task A_bad_file_is_moved_with_a_report_that_says_what_was_expected_and_found()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv", header: "number;date;minutes", columns: 3, largest: 20);
        var file = await core.DeliverAsync("/upload/x.csv", "number,date,minutes\r\n1,2,3\r\n1;2;3\r\n");
        await core.SettleAsync();

        var rejected = await core.StateAsync(file);
        Assert.Equal((InboundState.Rejected, "/rejected/x.csv", "arrival check"), (rejected.State, rejected.Path, rejected.DecidedBy));
        var report = await File.ReadAllTextAsync(core.OnDisk("/rejected/x.csv.report.txt"));
        Assert.Equal(rejected.Report, report);
        Assert.Contains("- It has 35 bytes; at most 20 are expected.", report, StringComparison.Ordinal);
        Assert.Contains("expected: number;date;minutes", report, StringComparison.Ordinal);
        Assert.Contains("found:    number,date,minutes", report, StringComparison.Ordinal);
        Assert.Contains("- Line 2 has 1 columns; 3 are expected.", report, StringComparison.Ordinal);
        Assert.DoesNotContain("Line 3", report, StringComparison.Ordinal);
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'file-rejected'"));
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'file-rejected' AND actor_kind = 'system'"));
    }

    [Theory]
    [InlineData(8L, true)]
    [InlineData(7L, false)]
    [InlineData(6L, false)]
    [InlineData(null, false)]
    public async Task A_file_of_which_less_came_than_was_announced_is_rejected_with_a_report_also_without_rules(long? announced, bool isIncomplete)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.DeliverAsync("/upload/x.csv", "content", expected: announced);
        Assert.Equal(isIncomplete, (await core.Services.Catalogue.FindAsync(DeliveringCore.Account, "/upload/x.csv"))!.IsIncomplete);
        Assert.Equal(isIncomplete ? 1L : 0L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'upload' AND detail LIKE '%\"incomplete\":true%'"));
        await core.SettleAsync();
        Assert.Equal(isIncomplete ? [] : [file], await core.WaitingAsync());
        Assert.Equal(isIncomplete ? "/rejected/x.csv" : "/upload/x.csv", (await core.StateAsync(file)).Path);
        if (isIncomplete)
        {
            Assert.Contains("- It is not whole: 7 of the 8 bytes", await File.ReadAllTextAsync(core.OnDisk("/rejected/x.csv.report.txt")), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_size_that_the_client_sets_afterwards_is_what_it_wants()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.DeliverAsync("/upload/x.csv", "content", expected: 8);
        await core.JournalAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/upload/x.csv"), Changes: new AttributeChanges(Size: 7)));
        await core.SettleAsync();
        Assert.Equal([file], await core.WaitingAsync());
    }

    [Fact]
    public async Task What_a_program_uploads_with_a_token_is_judged_and_offered_as_what_a_login_delivers()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv", header: "a;b");
        var token = Actor.Token("billing of the customer", 7, "192.0.2.9");
        var good = await core.DeliverAsync("/upload/good.csv", "a;b\n", token);
        var bad = await core.DeliverAsync("/upload/bad.csv", "x", token);
        var partial = await core.DeliverAsync("/upload/next.csv.part", "a;b\n", token);
        Assert.Equal(3, await core.SettleAsync());
        Assert.Equal([good], await core.WaitingAsync());
        Assert.Equal(InboundState.Rejected, (await core.StateAsync(bad)).State);
        await core.RenameAsync("/upload/next.csv.part", "/upload/next.csv", token);
        await core.SettleAsync();
        Assert.Equal([good, partial], await core.WaitingAsync());

        (await core.ClaimAsync(good)).Get();
        Assert.Equal("/processed/good.csv", (await core.ConfirmAsync(good)).Get().Path);
    }

    [Fact]
    public async Task A_size_that_is_set_afterwards_has_the_file_judged_anew_and_takes_it_from_who_has_it()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*", largest: 7);
        var waiting = await core.OfferAsync("/upload/waiting");
        var claimed = await core.OfferAsync("/upload/claimed");
        var fetched = await core.OfferAsync("/upload/fetched");
        (await core.ClaimAsync(claimed)).Get();
        await core.FetchAsync("/upload/fetched", to: 7);
        core.Core.Time.Advance(TimeSpan.FromSeconds(1));
        core.Live.Add("c1");
        await core.ResizeAsync("/upload/waiting", 8);
        await core.ResizeAsync("/upload/claimed", 5);
        await core.ResizeAsync("/upload/fetched", 3);
        Assert.Equal(0, await core.SettleAsync());
        Assert.Empty(await core.WaitingAsync());
        (await core.ConfirmAsync(claimed)).Problem(ProblemKind.Refused);

        core.Live.Clear();
        await core.SettleAsync();
        Assert.Equal("/rejected/waiting", (await core.StateAsync(waiting)).Path);
        Assert.Contains("It has 8 bytes; at most 7", (await core.StateAsync(waiting)).Report, StringComparison.Ordinal);
        Assert.Equal([claimed, fetched], await core.WaitingAsync());

        // Whoever had claimed or fetched it has another content.
        (await core.ConfirmAsync(claimed)).Problem(ProblemKind.Refused);
        (await core.ConfirmFetchedAsync("/upload/fetched")).Problem(ProblemKind.Refused);
        core.Core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.FetchAsync("/upload/fetched");
        Assert.Equal(InboundState.Processed, (await core.ConfirmFetchedAsync("/upload/fetched")).Get().State);
        (await core.ClaimAsync(claimed)).Get();
        Assert.Equal(InboundState.Processed, (await core.ConfirmAsync(claimed)).Get().State);
    }

    [Fact]
    public async Task The_session_that_delivered_a_file_says_when_it_has_arrived_and_no_other_of_its_login()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var other = Actor.Login(DeliveringCore.Account, "192.0.2.1", "c2");
        var times = new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/upload/a.csv"), Changes: new AttributeChanges(ModificationTime: 1));
        core.Live.Add("c1");
        var file = await core.DeliverAsync("/upload/a.csv");

        // It has ended already; the one that delivered the file has not.
        await core.JournalAsync(times, other);
        Assert.Equal(0, await core.SettleAsync());
        core.Core.Time.Advance(Quiet - TimeSpan.FromSeconds(1));
        core.Live.Add("c2");
        await core.JournalAsync(times, other);
        core.Core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await core.SettleAsync());
        Assert.Equal([file], await core.WaitingAsync());
    }

    [Fact]
    public async Task A_good_file_stays_and_is_offered()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("usage_*.csv", header: "a;b", columns: 2, smallest: 1, largest: 100);
        var file = await core.OfferAsync("/upload/sub/USAGE_1.csv", "\uFEFFa;b\r\n\"x;\r\ny\";2\r\n");
        Assert.Equal([file], await core.WaitingAsync());
        Assert.True(File.Exists(core.OnDisk("/upload/sub/USAGE_1.csv")));
    }

    [Fact]
    public async Task A_name_that_no_rule_of_the_nearest_folder_expects_is_rejected()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.pdf");
        await core.SetRuleAsync("*.csv", folder: "/upload/cdr");
        await core.SetRuleAsync("*.txt", folder: "/upload/cdr");
        var good = await core.DeliverAsync("/upload/cdr/a.txt");
        var bad = await core.DeliverAsync("/upload/cdr/a.pdf");
        var vendors = await core.DeliverAsVendorAsync("/usage/any.thing");
        await core.SettleAsync();
        Assert.Equal([good, vendors], await core.WaitingAsync());
        Assert.Contains("expected here: *.csv, *.txt", (await core.StateAsync(bad)).Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_and_one_of_another_encoding_say_what_they_are()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*", header: "a;b");
        var empty = await core.DeliverAsync("/upload/empty.csv", "");
        await File.WriteAllBytesAsync(core.OnDisk("/upload/excel.csv"), [0xFF, 0xFE, (byte)'a', 0]);
        await core.JournalAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse("/upload/excel.csv"), Size: 4));
        var excel = (await core.Services.Catalogue.FindAsync(DeliveringCore.Account, "/upload/excel.csv"))!.Id;
        await core.SettleAsync();
        Assert.Contains("found:    an empty line", (await core.StateAsync(empty)).Report, StringComparison.Ordinal);
        Assert.Contains("UTF-16", (await core.StateAsync(excel)).Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejection_that_a_crash_interrupted_is_finished_after_the_restart()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv", header: "a;b");
        core.Core.Tamper("CREATE TRIGGER crash BEFORE UPDATE OF decided_at ON inbound BEGIN SELECT RAISE(ABORT, 'killed'); END;");
        var file = await core.OfferAsync("/upload/x.csv", "bad");
        Assert.Empty(await core.WaitingAsync());
        Assert.True(File.Exists(core.OnDisk("/rejected/x.csv")));
        core.Core.Tamper("DROP TRIGGER crash");
        await core.Core.ReopenAsync();
        await core.SettleAsync();
        Assert.Equal(InboundState.Rejected, (await core.StateAsync(file)).State);
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task A_claim_of_a_clock_that_was_ahead_is_over_when_the_clock_is_set_right()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var clock = new ShiftedTime(core.Core.Time);
        await core.Core.ReopenAsync(clock);
        var offered = await core.OfferAsync("/upload/a.csv");
        var taken = await core.OfferAsync("/upload/b.csv");
        clock.Ahead = TimeSpan.FromDays(365);
        (await core.ClaimAsync(offered, "crashed")).Get();
        (await core.ClaimAsync(taken, "crashed")).Get();
        clock.Ahead = TimeSpan.Zero;
        (await core.ClaimAsync(taken)).Get();
        await core.SettleAsync();
        Assert.Equal([offered], await core.WaitingAsync());

        // A clock that is set back a little takes no claim from anybody, be it as long as can be.
        (await core.Services.Inbound.ClaimAsync(offered, "billing", InboundLimits.Lease, TestCore.Operator)).Get();
        clock.Ahead = TimeSpan.FromMinutes(-10);
        await core.SettleAsync();
        Assert.Empty(await core.WaitingAsync());
        (await core.ClaimAsync(offered, "other")).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_now_is_judged_later()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*", header: "a;b");
        var file = await core.DeliverAsync("/upload/x.csv", "a;b");
        File.Move(core.OnDisk("/upload/x.csv"), core.OnDisk("/upload/away"));
        await core.SettleAsync();
        Assert.Equal(InboundState.Arriving, (await core.StateAsync(file)).State);
        File.Move(core.OnDisk("/upload/away"), core.OnDisk("/upload/x.csv"));
        await core.SettleAsync();
        Assert.Equal([file], await core.WaitingAsync());
    }

    [Fact]
    public async Task More_files_than_one_batch_arrive_in_the_order_in_which_they_came()
    {
        await using var core = await DeliveringCore.CreateAsync();
        List<long> files = [];
        for (var i = 0; i < InboundLimits.Batch + 10; i++)
        {
            await core.JournalAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse($"/upload/{i}")));
            files.Add((await core.Services.Catalogue.FindAsync(DeliveringCore.Account, $"/upload/{i}"))!.Id);
        }

        Assert.Equal(files.Count, await core.SettleAsync());
        Assert.Equal(files, (await core.Services.Inbound.ListAsync(size: 1000)).Get().Items.Select(file => file.Id));
    }
}
