using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Feeds;
using Waybill.Storage;
using Waybill.Storage.Local;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Tests.Feeds;

/// <summary>Deliveries of publisher logins when another session, an operator or the disk comes between two steps: what was acknowledged is kept, and one file is not taken for another.</summary>
public sealed class DeliveryRaceTests
{
    private const string Folder = "/accounts/10042/invoice/";

    [Theory]
    [InlineData("judged")]
    [InlineData("rename-decided")]
    public async Task A_newer_version_that_takes_the_old_name_while_a_duplicate_is_held_stays(string step)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, afterStep: Replacing(core, step));
        await session.PutAsync(Folder + "1.csv", "old");
        await session.PutAsync(Folder + "1.csv.tmp", "new");
        Assert.Equal(StoreError.Busy, await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv"));

        Assert.Equal(["1.csv", "1.csv.tmp"], core.Visible("/invoices"));
        Assert.Equal(("old", "newer"), (core.Content("/invoices/1.csv"), core.Content("/invoices/1.csv.tmp")));
        Assert.Empty(core.Hidden("/invoices"));
        Assert.Empty((await session.Feeds.ListSetAsideAsync()).Items);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM publication WHERE owner IS NOT NULL"));
    }

    [Fact]
    public async Task What_is_just_being_recalled_is_not_replaced_and_what_is_just_being_published_is_not_recalled()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var replace = FeedTestExtensions.Set("10042", "cdr", ("1.csv", "new")) with { Replace = true, Reason = "wrong rates" };
        var recall = new RecallRequest("wrong") { Account = "10042", Paths = ["/cdr/1.csv"] };
        await core.PublishAsync("cdr", "1.csv", "old");
        var held = (await core.PublishAsync("cdr", "1.csv", "held")).Publication!.Value;
        var (reached, goOn) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        await using var session = new PublisherSession(core, afterStep: step =>
        {
            if (step is "recall-decided" or "decided")
            {
                reached.Release();
                Assert.True(goOn.Wait(TimeSpan.FromSeconds(60)));
            }
        });

        var recalling = Task.Run(() => session.Feeds.RecallAsync(recall, TestCore.Operator).AsTask());
        await reached.WaitAsync();
        Assert.Contains("just being recalled", (await core.Services.Publisher.PublishAsync(replace, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await core.Services.Publisher.ReleaseAsync(held, "the right one", TestCore.Operator)).Problem(ProblemKind.Refused);
        goOn.Release();
        var recalled = (await recalling).Get();
        Assert.Equal("old", core.Content(recalled.Files[0].HiddenPath));

        var publishing = Task.Run(() => session.Feeds.PublishAsync(replace, TestCore.Operator).AsTask());
        await reached.WaitAsync();
        Assert.Contains("just being published", (await core.Services.Publisher.RecallAsync(recall, TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        goOn.Release();
        Assert.Equal(PublicationState.Published, (await publishing).Get().State);
        Assert.Equal("new", core.Content("/cdr/1.csv"));
        Assert.Equal("new", core.Content((await core.Services.Publisher.RecallAsync(recall, TestCore.Operator)).Get().Files[0].HiddenPath));
    }

    [Fact]
    public async Task What_replaces_a_delivery_waits_until_that_one_is_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await using var store = session.OpenVault("10042");
        await using var delivery = await session.OpenAsync(Folder + "1.csv", "delivered");
        Assert.Equal(StoreError.None, await delivery.CommitKeepingOldAsync());
        await using var replacing = (await store.OpenAsync(VaultPath.Parse("/invoices/1.csv"), PublisherSession.New)).Value!;
        var replaced = replacing.CommitAsync().AsTask();
        Assert.False(replaced.IsCompleted);
        await delivery.SettleAsync(recorded: true);
        Assert.Equal(StoreError.None, await replaced.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal("", core.Content("/invoices/1.csv"));
    }

    [Fact]
    public async Task A_newer_version_that_takes_the_old_name_while_it_is_renamed_goes_back()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, afterStep: Replacing(core, "judged"));
        await session.PutAsync(Folder + "1.csv.tmp", "new");
        Assert.Equal(StoreError.Busy, await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv"));
        Assert.Equal(["1.csv.tmp"], core.Visible("/invoices"));
        Assert.Equal("newer", core.Content("/invoices/1.csv.tmp"));
    }

    [Fact]
    public async Task A_newer_version_that_takes_the_old_name_while_the_one_before_is_known_as_held_stays()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, afterStep: Replacing(core, "held-before"));
        await session.PutAsync(Folder + "1.csv", "old");
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
        await session.PutAsync(Folder + "1.csv.tmp", "new");
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv"));
        Assert.Equal("newer", core.Content("/invoices/1.csv.tmp"));
        Assert.Single((await session.Feeds.ListSetAsideAsync()).Items);
    }

    [Fact]
    public async Task A_file_that_is_renamed_to_itself_is_no_duplicate_of_itself()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync("ABC1");
        await using var session = new PublisherSession(core);
        await session.PutAsync("/accounts/ABC1/invoice/1.csv", "x");
        Assert.Equal(StoreError.None, await session.RenameAsync("/accounts/ABC1/invoice/1.csv", "/accounts/abc1/invoice/1.csv"));
        Assert.Equal(["1.csv"], core.Visible("/invoices", "ABC1"));
        Assert.Empty((await session.Feeds.ListSetAsideAsync()).Items);
        Assert.NotNull(await core.Services.Catalogue.FindAsync("ABC1", "/invoices/1.csv"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_is_not_there_does_not_make_a_file_vanish(bool goesAfterTheDecision)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var sub = core.Files.Vaults + "/10042/invoices/sub";
        await using var session = new PublisherSession(core, afterStep: step =>
        {
            if (step == "rename-decided")
            {
                Directory.Delete(sub);
            }
        });
        await session.Store.MakeDirectoryAsync(VaultPath.Parse(Folder + "sub"));
        await session.PutAsync(Folder + "sub/1.csv", "1");
        await core.FetchAsync("/invoices/sub/1.csv", 1);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/invoices/sub/1.csv"] }, TestCore.Operator)).Get();
        Directory.Delete(sub, recursive: true);
        if (goesAfterTheDecision)
        {
            Directory.CreateDirectory(sub);
        }

        await session.PutAsync(Folder + "1.csv.tmp", "new");
        var error = await session.RenameAsync(Folder + "1.csv.tmp", Folder + "sub/1.csv");
        if (goesAfterTheDecision)
        {
            Assert.Equal(StoreError.Held, error);
            Assert.Equal("new", core.Content(Assert.Single((await session.Feeds.ListSetAsideAsync()).Items).Files[0].HiddenPath!));
        }
        else
        {
            Assert.Equal(StoreError.NotFound, error);
            Assert.Equal("new", core.Content("/invoices/1.csv.tmp"));
            Assert.NotNull(await core.Services.Catalogue.FindAsync("10042", "/invoices/1.csv.tmp"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_held_before_and_is_lost_is_held_anew(bool isRenamed)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "1.csv", "old");
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
        File.Delete(core.Files.Vaults + "/10042/invoices/" + Assert.Single(core.Hidden("/invoices")));
        if (isRenamed)
        {
            await session.PutAsync(Folder + "1.csv.tmp", "new");
        }

        Assert.Equal(StoreError.Held, isRenamed ? await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv") : await session.PutAsync(Folder + "1.csv", "new"));
        Assert.Equal("new", core.Content("/invoices/" + Assert.Single(core.Hidden("/invoices"))));
    }

    [Fact]
    public async Task What_was_held_before_and_is_discarded_meanwhile_is_held_anew()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, afterStep: step =>
        {
            if (step == "held-before")
            {
                core.Tamper("UPDATE publication SET state = 'discarded' WHERE state = 'held'");
            }
        });
        await session.PutAsync(Folder + "1.csv", "old");
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
        await session.PutAsync(Folder + "1.csv.tmp", "new");
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv"));
        Assert.Equal("new", core.Content(Assert.Single((await session.Feeds.ListSetAsideAsync()).Items).Files[0].HiddenPath!));
    }

    [Fact]
    public async Task What_a_cut_off_upload_left_under_an_unfinished_name_is_no_reason_to_hold()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, sameContent: true);
        const string Content = "number,seconds\n442079460001,12\n";
        await session.PutAsync(Folder + "1.csv.tmp", Content);
        core.Tamper($"UPDATE file SET sha256 = x'{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Content)))}'");
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv", Content));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM file WHERE feed IS NOT NULL"));

        // Nor is what is held: nobody got it.
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "2.csv", Content + "2,2\n"));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "2.csv", Folder + "1.csv"));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "3.csv", Content + "2,2\n"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "3.csv", Folder + "3.csv.tmp"));
        Assert.Null(core.Scalar("SELECT feed FROM file WHERE path = '/invoices/3.csv.tmp'") as string);
    }

    [Fact]
    public async Task An_upload_that_fails_after_it_was_hidden_leaves_nothing_hidden()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        using var vaults = new LocalVaults(core.Files.Vaults);
        await using var store = vaults.OpenStore(VaultPath.Parse("/10042"), AllRights.Instance).Value!;
        var path = VaultPath.Parse("/invoices/1.csv");
        var opened = (await store.OpenAsync(path, PublisherSession.New)).Value!;
        await opened.WriteAsync(0, new ReadOnlySequence<byte>("new"u8.ToArray()));
        await using var upload = new UploadThatFailsLate((IHoldableUpload)opened);
        var set = session.Feeds.Delivery((await core.Services.Accounts.FindAsync("10042")).Get(), path, from: null, TestCore.Operator)!;
        set.Files[0].Held = HeldReason.Present;
        Assert.Equal(StoreError.InputOutput, await session.Feeds.HoldAsync(set, upload));
        Assert.True(upload.WasHidden);
        Assert.Empty(core.Hidden("/invoices"));
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication"));
    }

    [Fact]
    public async Task An_upload_that_cannot_be_held_for_want_of_a_right_leaves_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, afterStep: static step =>
        {
            if (step == "delivery-begun")
            {
                throw new UnauthorizedAccessException("Access to the path is denied.");
            }
        });
        await session.PutAsync(Folder + "1.csv", "old");
        var file = await session.OpenAsync(Folder + "1.csv", "new");
        Assert.Equal(StoreError.InputOutput, await session.CloseAsync(file, Folder + "1.csv", 3));
        Assert.Empty(core.Hidden("/invoices"));
        await file.DisposeAsync();
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication"));
    }

    /// <summary>As another session's upload: another file takes the name.</summary>
    private static Action<string> Replacing(TestCore core, string step)
    {
        var (vault, isDone) = (core.Files.Vaults + "/10042/", false);
        return name =>
        {
            if (name == step && !isDone && File.Exists(vault + "invoices/1.csv.tmp"))
            {
                isDone = true;
                File.WriteAllText(vault + "newer", "newer");
                File.Move(vault + "newer", vault + "invoices/1.csv.tmp", overwrite: true);
            }
        };
    }

    /// <summary>Its name is in place, and the directory's sync fails.</summary>
    private sealed class UploadThatFailsLate(IHoldableUpload inner) : IHoldableUpload
    {
        public bool WasHidden { get; private set; }

        public async ValueTask<StoreError> HoldAsync(string token)
        {
            WasHidden = await inner.HoldAsync(token) == StoreError.None;
            return StoreError.InputOutput;
        }

        public ValueTask<StoreResult<int>> ReadContentAsync(long offset, Memory<byte> buffer) => inner.ReadContentAsync(offset, buffer);

        public ValueTask<StoreError> CommitNewAsync() => inner.CommitNewAsync();

        public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer) => inner.ReadAsync(offset, buffer);

        public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data) => inner.WriteAsync(offset, data);

        public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() => inner.GetAttributesAsync();

        public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => inner.SetAttributesAsync(changes);

        public ValueTask<StoreError> SyncAsync() => inner.SyncAsync();

        public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default) =>
            inner.CopyToAsync(offset, length, target, targetOffset, cancellationToken);

        public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => inner.GetUsageAsync();

        public ValueTask<StoreError> CommitAsync() => inner.CommitAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
