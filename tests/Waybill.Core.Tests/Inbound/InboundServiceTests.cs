using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Inbound;
using Waybill.Core.Tests.Arrivals;
using Waybill.Storage;

namespace Waybill.Core.Tests.Inbound;

/// <summary>What is delivered reaches the back office once, and its sender sees what became of it.</summary>
public sealed class InboundServiceTests
{
    [Fact]
    public async Task A_confirmed_file_lies_in_the_customers_processed_folder()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        (await core.ClaimAsync(file)).Get();
        var processed = (await core.ConfirmAsync(file)).Get();

        Assert.Equal((InboundState.Processed, "/processed/a.csv", "billing"), (processed.State, processed.Path, processed.DecidedBy));
        Assert.Equal("hello", await File.ReadAllTextAsync(core.OnDisk("/processed/a.csv")));
        Assert.False(File.Exists(core.OnDisk("/upload/a.csv")));
        Assert.Equal(file, (await core.Services.Catalogue.FindAsync(DeliveringCore.Account, "/processed/a.csv"))!.Id);
        Assert.Empty(await core.WaitingAsync());
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'file-processed' AND subject = '/upload/a.csv'"));
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'file-claimed'"));
    }

    [Fact]
    public async Task A_vendors_file_stays_in_the_vendors_part_of_the_vault()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.DeliverAsVendorAsync("/usage/u.csv");
        await core.SettleAsync();
        (await core.ClaimAsync(file)).Get();
        Assert.Equal("/vendors/acme/processed/u.csv", (await core.ConfirmAsync(file)).Get().Path);
        Assert.True(File.Exists(core.OnDisk("/vendors/acme/processed/u.csv")));
    }

    [Fact]
    public async Task A_move_that_another_finishes_is_recorded_as_the_deciders()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var confirmed = await core.OfferAsync("/upload/a.csv");
        var fetched = await core.OfferAsync("/upload/b.csv");
        (await core.ClaimAsync(confirmed)).Get();
        await core.FetchAsync("/upload/b.csv");

        // The worker comes by between the decision and the move.
        var services = core.Services;
        var finishedByWorker = 0;
        var slow = new InboundService(services.Database, services.Audit, core.Core.Time, services.Stores)
        {
            AfterStep = step =>
            {
                if (step == "intended")
                {
                    finishedByWorker += services.Arrivals.SettleAsync().AsTask().GetAwaiter().GetResult().Get();
                }
            },
        };
        (await slow.ConfirmAsync(confirmed, "billing", TestCore.Operator)).Get();
        (await slow.ConfirmFetchedAsync(DeliveringCore.Account, "/upload/b.csv", DeliveringCore.Collector)).Get();

        Assert.Equal(2, finishedByWorker);
        var rows = (await services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.FileProcessed })).Items;
        (string?, string, string, string?)[] expected = [("/upload/a.csv", "operator", "tester", null), ("/upload/b.csv", "login", "office", "192.0.2.3")];
        Assert.Equal(expected, rows.Select(row => (row.Subject, row.ActorKind, row.Actor, row.Address)).Order());
    }

    [Fact]
    public async Task What_is_under_a_legal_hold_is_taken_over_only_where_the_hold_goes_along()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var confirmed = await core.OfferAsync("/upload/a.csv");
        var rejected = await core.OfferAsync("/upload/b.csv");
        await core.OfferAsync("/upload/c.csv");
        (await core.ClaimAsync(confirmed)).Get();
        (await core.ClaimAsync(rejected)).Get();
        await core.FetchAsync("/upload/c.csv");
        Assert.True((await core.Services.Holds.SetAsync(DeliveringCore.Account, "/upload", "case 4711", TestCore.Operator)).Succeeded);
        foreach (var refused in (Result<InboundFile>[])[await core.ConfirmAsync(confirmed), await core.RejectAsync(rejected, "bad"), await core.ConfirmFetchedAsync("/upload/c.csv")])
        {
            Assert.Contains("legal hold on /upload.", refused.Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }

        Assert.Equal(["a.csv", "b.csv", "c.csv"], Directory.GetFiles(core.OnDisk("/upload")).Select(Path.GetFileName).Order());
        Assert.Equal(InboundState.Claimed, (await core.StateAsync(confirmed)).State);
        foreach (var folder in (string[])["/processed", "/rejected"])
        {
            Assert.True((await core.Services.Holds.SetAsync(DeliveringCore.Account, folder, "case 4711", TestCore.Operator)).Succeeded);
        }

        Assert.Equal(InboundState.Processed, (await core.ConfirmAsync(confirmed)).Get().State);
        Assert.Equal(InboundState.Rejected, (await core.RejectAsync(rejected, "bad")).Get().State);
        Assert.Equal(InboundState.Processed, (await core.ConfirmFetchedAsync("/upload/c.csv")).Get().State);
    }

    [Fact]
    public async Task A_vault_of_before_gets_its_folders_when_they_are_needed()
    {
        await using var core = await DeliveringCore.CreateAsync();
        Directory.Delete(core.OnDisk("/processed"));
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        (await core.ConfirmAsync(file)).Get();
        Assert.True(File.Exists(core.OnDisk("/processed/a.csv")));
    }

    [Fact]
    public async Task Of_sixteen_claimants_one_gets_the_file()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var claims = Enumerable.Range(0, 16).Select(async each =>
        {
            await start.Task;
            return await core.ClaimAsync(file, $"worker {each}");
        }).ToList();
        start.SetResult();
        var results = await Task.WhenAll(claims);

        var winner = Assert.Single(results, result => result.Succeeded);
        Assert.Equal(winner.Value!.Claimant, (await core.StateAsync(file)).Claimant);
        foreach (var loser in results.Where(result => !result.Succeeded))
        {
            Assert.Contains(winner.Value.Claimant!, loser.Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_claim_expires_and_the_file_is_offered_behind_every_cursor()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var first = await core.OfferAsync("/upload/1");
        var second = await core.OfferAsync("/upload/2");
        (await core.ClaimAsync(first, "crashed")).Get();
        var cursor = (await core.Services.Inbound.ListAsync()).Get();
        Assert.Equal([second], cursor.Items.Select(file => file.Id));
        Assert.Empty(await core.WaitingAsync(cursor.Cursor));

        core.Core.Time.Advance(DeliveringCore.Lease - TimeSpan.FromSeconds(1));
        await core.SettleAsync();
        (await core.ClaimAsync(first)).Problem(ProblemKind.Refused);
        core.Core.Time.Advance(TimeSpan.FromSeconds(1));
        await core.SettleAsync();
        Assert.Equal([first], await core.WaitingAsync(cursor.Cursor));
        (await core.ClaimAsync(first)).Get();
        (await core.ConfirmAsync(first, "crashed")).Problem(ProblemKind.Refused);
        (await core.ConfirmAsync(first)).Get();
    }

    [Fact]
    public async Task Who_was_slower_than_its_lease_may_still_confirm_while_nobody_else_has_the_file()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        core.Core.Time.Advance(DeliveringCore.Lease * 2);
        await core.SettleAsync();
        Assert.Equal(InboundState.Processed, (await core.ConfirmAsync(file)).Get().State);
    }

    [Fact]
    public async Task Whoever_claims_again_prolongs_the_lease()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        core.Core.Time.Advance(TimeSpan.FromMinutes(10));
        (await core.ClaimAsync(file)).Get();
        core.Core.Time.Advance(TimeSpan.FromMinutes(10));
        await core.SettleAsync();
        (await core.ClaimAsync(file, "other")).Problem(ProblemKind.Refused);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24 * 60 + 1)]
    public async Task A_lease_has_a_limit(int minutes)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.Services.Inbound.ClaimAsync(file, "billing", TimeSpan.FromMinutes(minutes), TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Inbound.ClaimAsync(file, "billing", InboundLimits.Lease, TestCore.Operator)).Get();
    }

    [Fact]
    public async Task Confirming_twice_is_the_same_as_once()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        var once = (await core.ConfirmAsync(file)).Get();
        Assert.Equal(once, (await core.ConfirmAsync(file)).Get());
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action = 'file-processed'"));
        (await core.RejectAsync(file, "too late")).Problem(ProblemKind.Refused);
        (await core.ClaimAsync(file)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Who_lost_a_file_to_another_is_told_so_also_after_that_one_has_confirmed_or_rejected_it()
    {
        await using var core = await DeliveringCore.CreateAsync();
        foreach (var state in (InboundState[])[InboundState.Processed, InboundState.Rejected])
        {
            var file = await core.OfferAsync("/upload/a.csv");
            (await core.ClaimAsync(file, "slow")).Get();
            core.Core.Time.Advance(DeliveringCore.Lease);
            await core.SettleAsync();
            (await core.ClaimAsync(file)).Get();
            Assert.Equal(state, (state == InboundState.Processed ? await core.ConfirmAsync(file) : await core.RejectAsync(file, "bad")).Get().State);

            // Two that both hear yes would both book it.
            var refused = (state == InboundState.Processed ? await core.ConfirmAsync(file, "slow") : await core.RejectAsync(file, "bad", "slow")).Problem(ProblemKind.Refused);
            Assert.Contains("already, by billing", refused.Message, StringComparison.Ordinal);
            Assert.Equal(state, (state == InboundState.Processed ? await core.ConfirmAsync(file) : await core.RejectAsync(file, "bad")).Get().State);
        }
    }

    [Fact]
    public async Task Who_confirms_while_another_is_at_it_hears_no_and_so_does_who_decided_what_another_undid()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var services = core.Services;
        var confirmed = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(confirmed, "slow")).Get();
        core.Core.Time.Advance(DeliveringCore.Lease);
        (await core.ClaimAsync(confirmed)).Get();
        Problem? meanwhile = null;
        var busy = new InboundService(services.Database, services.Audit, core.Core.Time, services.Stores)
        {
            AfterStep = step => meanwhile ??= step == "intended" ? core.ConfirmAsync(confirmed, "slow").AsTask().GetAwaiter().GetResult().Problem : null,
        };
        (await busy.ConfirmAsync(confirmed, "billing", TestCore.Operator)).Get();
        Assert.Equal(ProblemKind.Refused, meanwhile?.Kind);

        // The sender puts another version there that the catalogue does not know yet; the server comes by and withdraws the intent.
        var replaced = await core.OfferAsync("/upload/b.csv", "old");
        (await core.ClaimAsync(replaced)).Get();
        var late = new InboundService(services.Database, services.Audit, core.Core.Time, services.Stores)
        {
            AfterStep = step =>
            {
                if (step == "intended")
                {
                    File.WriteAllText(core.OnDisk("/upload/new"), "new");
                    File.Move(core.OnDisk("/upload/new"), core.OnDisk("/upload/b.csv"), overwrite: true);
                    services.Arrivals.SettleAsync().AsTask().GetAwaiter().GetResult().Get();
                }
            },
        };
        (await late.ConfirmAsync(replaced, "billing", TestCore.Operator)).Problem(ProblemKind.Refused);
        Assert.Equal(InboundState.Claimed, (await core.StateAsync(replaced)).State);
        Assert.Equal("new", await File.ReadAllTextAsync(core.OnDisk("/upload/b.csv"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Only_who_has_claimed_a_file_decides_on_it()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ConfirmAsync(file)).Problem(ProblemKind.Refused);
        (await core.ClaimAsync(file)).Get();
        (await core.ConfirmAsync(file, "other")).Problem(ProblemKind.Refused);
        (await core.RejectAsync(file, "no", "other")).Problem(ProblemKind.Refused);
        (await core.ConfirmAsync(4711)).Problem(ProblemKind.NotFound);
        Assert.True(File.Exists(core.OnDisk("/upload/a.csv")));
    }

    [Fact]
    public async Task A_rejected_file_lies_beside_a_report_that_its_sender_can_read_and_an_event_says_so()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.DeliverAsVendorAsync("/usage/u.csv");
        await core.SettleAsync();
        (await core.ClaimAsync(file)).Get();
        var rejected = (await core.RejectAsync(file, "The month is wrong.\u001b[31m\nSend October.")).Get();

        Assert.Equal((InboundState.Rejected, "/vendors/acme/rejected/u.csv"), (rejected.State, rejected.Path));
        var report = await File.ReadAllTextAsync(core.OnDisk("/vendors/acme/rejected/u.csv.report.txt"));
        Assert.Contains("The month is wrong.", report, StringComparison.Ordinal);
        Assert.Contains("\r\nSend October.\r\n", report, StringComparison.Ordinal);
        Assert.Contains("/usage/u.csv", report, StringComparison.Ordinal);
        Assert.DoesNotContain("/vendors", report, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', report);
        Assert.Equal("report", (await core.Services.Catalogue.FindAsync(DeliveringCore.Account, "/vendors/acme/rejected/u.csv.report.txt"))!.Protocol);
        Assert.Contains("Send October.", (string)core.Core.Scalar("SELECT body FROM event WHERE topic = 'file-rejected'")!, StringComparison.Ordinal);
        Assert.Equal(rejected, (await core.RejectAsync(file, "again")).Get());
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM event"));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(InboundLimits.Report, true)]
    [InlineData(InboundLimits.Report + 1, false)]
    public async Task A_report_has_a_limit(int length, bool isTaken)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        Assert.Equal(isTaken, (await core.RejectAsync(file, new string('x', length))).Succeeded);
    }

    [Fact]
    public async Task The_same_name_each_day_replaces_nothing_in_processed()
    {
        await using var core = await DeliveringCore.CreateAsync();
        List<string> paths = [];
        for (var day = 0; day < 3; day++)
        {
            var file = await core.OfferAsync("/upload/cdr.csv", $"day {day}");
            (await core.ClaimAsync(file)).Get();
            paths.Add((await core.ConfirmAsync(file)).Get().Path);
            core.Core.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal(["day 0", "day 1", "day 2"], paths.Select(path => File.ReadAllText(core.OnDisk(path))));
        Assert.Equal(3, paths.Distinct().Count());
        Assert.Matches(@"^/processed/cdr\.20260116-\d+\.csv$", paths[1]);
    }

    [Fact]
    public async Task A_name_that_only_the_disk_knows_is_not_replaced_either()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await File.WriteAllTextAsync(core.OnDisk("/processed/a.csv"), "the operator's");
        var file = await core.OfferAsync("/upload/a.csv", "new");
        (await core.ClaimAsync(file)).Get();
        var path = (await core.ConfirmAsync(file)).Get().Path;
        Assert.Equal("the operator's", await File.ReadAllTextAsync(core.OnDisk("/processed/a.csv")));
        Assert.Equal("new", await File.ReadAllTextAsync(core.OnDisk(path)));
    }

    [Fact]
    public async Task A_rejected_file_that_is_called_as_a_report_is_not_replaced_by_one()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var first = await core.OfferAsync("/upload/a.csv.report.txt", "delivered as such");
        (await core.ClaimAsync(first)).Get();
        (await core.RejectAsync(first, "no")).Get();
        var second = await core.OfferAsync("/upload/a.csv", "x");
        (await core.ClaimAsync(second)).Get();
        var rejected = (await core.RejectAsync(second, "wrong columns")).Get();
        Assert.Equal("/rejected/a.csv", rejected.Path);
        Assert.Equal("delivered as such", await File.ReadAllTextAsync(core.OnDisk("/rejected/a.csv.report.txt"), TestContext.Current.CancellationToken));
        var report = $"/rejected/a.{rejected.Arrived.UtcDateTime:yyyyMMdd}-{second}.csv.report.txt";
        Assert.Contains("wrong columns", await File.ReadAllTextAsync(core.OnDisk(report), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.NotNull(await core.Services.Catalogue.FindAsync(DeliveringCore.Account, report));
        Assert.Equal(first, (await core.Services.Catalogue.FindAsync(DeliveringCore.Account, "/rejected/a.csv.report.txt"))!.Id);
    }

    [Fact]
    public async Task The_longest_name_still_fits_beside_its_report()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var name = new string('ä', 125) + "x.csv";
        await File.WriteAllTextAsync(core.OnDisk("/rejected/" + name), "taken");
        var file = await core.OfferAsync("/upload/" + name);
        (await core.ClaimAsync(file)).Get();
        var path = (await core.RejectAsync(file, "bad")).Get().Path;
        Assert.EndsWith(".csv", path, StringComparison.Ordinal);
        Assert.True(File.Exists(core.OnDisk(path + ".report.txt")));
    }

    [Fact]
    public async Task A_version_that_its_sender_replaced_is_withdrawn_and_the_new_one_offered()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var old = await core.OfferAsync("/upload/a.csv", "old");
        (await core.ClaimAsync(old)).Get();
        var current = await core.OfferAsync("/upload/a.csv", "new");

        Assert.Equal(InboundState.Withdrawn, (await core.StateAsync(old)).State);
        (await core.ConfirmAsync(old)).Problem(ProblemKind.Refused);
        Assert.Equal("new", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv")));
        Assert.Equal([current], await core.WaitingAsync());
    }

    [Fact]
    public async Task A_version_that_the_catalogue_does_not_know_yet_is_not_taken_for_the_one_that_was_claimed()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var old = await core.OfferAsync("/upload/a.csv", "old");
        (await core.ClaimAsync(old)).Get();

        // Between the rename of an upload and its row.
        await File.WriteAllTextAsync(core.OnDisk("/upload/new"), "new");
        File.Move(core.OnDisk("/upload/new"), core.OnDisk("/upload/a.csv"), overwrite: true);
        (await core.ConfirmAsync(old)).Problem(ProblemKind.Refused);
        Assert.Equal("new", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv")));
        Assert.Empty(Directory.EnumerateFiles(core.OnDisk("/processed")));
        Assert.Equal(InboundState.Claimed, (await core.StateAsync(old)).State);
    }

    [Fact]
    public async Task A_claim_that_is_prolonged_stays_with_the_version_that_was_claimed()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var old = await core.OfferAsync("/upload/a.csv", "old");
        (await core.ClaimAsync(old)).Get();

        // As before: between the rename of an upload and its row. What the program has fetched is the old one.
        await File.WriteAllTextAsync(core.OnDisk("/upload/new"), "new", TestContext.Current.CancellationToken);
        File.Move(core.OnDisk("/upload/new"), core.OnDisk("/upload/a.csv"), overwrite: true);
        (await core.ClaimAsync(old)).Problem(ProblemKind.Refused);
        (await core.ConfirmAsync(old)).Problem(ProblemKind.Refused);
        Assert.Equal("new", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFiles(core.OnDisk("/processed")));
    }

    [Fact]
    public async Task A_file_that_is_removed_is_offered_to_nobody()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        File.Delete(core.OnDisk("/upload/a.csv"));
        (await core.ClaimAsync(file)).Problem(ProblemKind.Refused);
        await core.JournalAsync(new FileEvent(FileOperation.Remove, VaultPath.Parse("/upload/a.csv")));
        Assert.Empty(await core.WaitingAsync());
        Assert.Equal(InboundState.Withdrawn, (await core.StateAsync(file)).State);
    }

    [Fact]
    public async Task A_crash_before_the_move_is_made_good()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        core.Core.Tamper($"UPDATE inbound SET target = '/processed/a.csv', target_state = 'processed', decided_by = 'billing' WHERE file_id = {file}");
        await core.Core.ReopenAsync();

        Assert.Equal(1, await core.SettleAsync());
        Assert.Equal(InboundState.Processed, (await core.StateAsync(file)).State);
        Assert.True(File.Exists(core.OnDisk("/processed/a.csv")));
    }

    [Theory]
    [InlineData(InboundState.Processed)]
    [InlineData(InboundState.Rejected)]
    public async Task A_crash_between_the_move_and_its_commit_is_made_good(InboundState state)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv");
        (await core.ClaimAsync(file)).Get();
        core.Core.Tamper("CREATE TRIGGER crash BEFORE UPDATE OF decided_at ON inbound BEGIN SELECT RAISE(ABORT, 'killed'); END;");
        Assert.False((state == InboundState.Processed ? await core.ConfirmAsync(file) : await core.RejectAsync(file, "the reason")).Succeeded);
        var moved = $"/{state.ToString().ToLowerInvariant()}/a.csv";
        Assert.True(File.Exists(core.OnDisk(moved)));
        Assert.Equal("/upload/a.csv", (await core.StateAsync(file)).Path);

        core.Core.Tamper("DROP TRIGGER crash");
        await core.Core.ReopenAsync();

        // Its sender delivers the name anew meanwhile: that is another file.
        var next = await core.DeliverAsync("/upload/a.csv", "next");
        await core.SettleAsync();
        var done = await core.StateAsync(file);
        Assert.Equal((state, moved), (done.State, done.Path));
        Assert.Null((await core.Services.Catalogue.FindAsync(DeliveringCore.Account, moved))!.Gone);
        Assert.Equal(state == InboundState.Rejected, File.Exists(core.OnDisk(moved + ".report.txt")));
        Assert.Equal([next], await core.WaitingAsync());
        Assert.Equal("next", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv")));
    }

    [Fact]
    public async Task Only_what_customers_and_vendors_deliver_is_for_the_back_office()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.DeliverAsync("/cdr/published.csv", actor: Actor.Login("publisher", null, "p"));
        await core.DeliverAsync("/upload/by-hand.csv", actor: TestCore.Operator);
        await core.SettleAsync();
        Assert.Empty(await core.WaitingAsync());
        Assert.Equal(0L, core.Core.Scalar("SELECT count(*) FROM inbound"));
    }
}
