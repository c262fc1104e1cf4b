using Waybill.Core.Feeds;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Tests.Feeds;

/// <summary>What a parent account publishes itself.</summary>
public sealed class ParentTests
{
    private static readonly Actor _parent = Actor.Token("wholesale", 1, "192.0.2.1");

    [Fact]
    public async Task A_parent_publishes_to_its_active_children_and_sees_its_own_sets_alone()
    {
        await using var core = await FamilyAsync();
        var own = (await PublishAsync(core, "1.csv")).Get();
        Assert.Equal(PublicationState.Published, own.State);
        Assert.Equal("x", await File.ReadAllTextAsync(core.Files.Vaults + "/retail/data/sir/1.csv"));
        Assert.Equal("wholesale", core.Scalar("SELECT json_extract(detail, '$.by') FROM audit WHERE action = 'published'"));
        var publisher = core.Services.Publisher;
        Assert.Equal("retail", (await publisher.FindOfParentAsync(own.Publication!.Value, "Wholesale")).Get().Account);
        var providers = await core.PublishAsync("invoice", "1.pdf", "x", "retail");
        var (hidden, nobody) = (await publisher.FindOfParentAsync(providers.Publication!.Value, "wholesale"), await publisher.FindOfParentAsync(999, "wholesale"));
        Assert.Equal(nobody.Problem(ProblemKind.NotFound).Message.Replace("999", "", StringComparison.Ordinal), hidden.Problem(ProblemKind.NotFound).Message.Replace($"{providers.Publication}", "", StringComparison.Ordinal));

        (await core.Services.Accounts.SuspendAsync("retail", null, TestCore.Operator)).Get();
        Assert.Contains("not active", (await PublishAsync(core, "2.csv")).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await core.Services.Accounts.ResumeAsync("retail", TestCore.Operator)).Get();
        (await core.Services.Accounts.SuspendAsync("wholesale", null, TestCore.Operator)).Get();
        (await PublishAsync(core, "2.csv")).Problem(ProblemKind.Refused);
        Assert.False(File.Exists(core.Files.Vaults + "/retail/data/sir/2.csv"));
    }

    [Fact]
    public async Task What_the_child_has_already_refuses_the_set_and_leaves_nothing_on_the_disk()
    {
        await using var core = await FamilyAsync();
        (await PublishAsync(core, "1.csv")).Get();
        var again = await PublishAsync(core, "2.csv", "1.csv");
        Assert.Contains("/data/sir/1.csv already", again.Problem(ProblemKind.AlreadyExists).Message, StringComparison.Ordinal);
        Assert.Equal([core.Files.Vaults + "/retail/data/sir/1.csv"], Directory.GetFileSystemEntries(core.Files.Vaults + "/retail/data/sir"));
        Assert.Empty((await core.Services.Publisher.ListSetAsideAsync(recalled: false, "retail")).Items);
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication ORDER BY id DESC LIMIT 1"));
    }

    [Fact]
    public async Task Feeds_that_are_the_providers_alone_are_refused()
    {
        await using var core = await FamilyAsync();
        var refused = await core.Services.Publisher.PublishAsync(
            FeedTestExtensions.Set("retail", "invoice", ("1.pdf", "x")) with { By = "wholesale", IsOfParentItself = true }, _parent);
        Assert.Equal(
            "Only the provider publishes the feed invoice. A parent account can publish: sir.", refused.Problem(ProblemKind.Refused).Message);
        Assert.False(File.Exists(core.Files.Vaults + "/retail/invoices/1.pdf"));
        Assert.Equal(PublicationState.Published, (await core.Services.Publisher.PublishAsync(
            FeedTestExtensions.Set("retail", "invoice", ("1.pdf", "x")) with { By = "wholesale" }, TestCore.Operator)).Get().State);
    }

    [Theory]
    [InlineData("staged")]
    [InlineData("decided")]
    public async Task What_happens_while_the_files_come_in_counts(string step)
    {
        await using var core = await FamilyAsync();
        var (services, folder) = (core.Services, core.Files.Vaults + "/retail/data/sir");
        var (reached, goOn) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var publisher = new FeedPublisher(services.Database, services.Audit, core.Time, services.Stores, FeedTypes.Default, services.Directory.Publishing)
        {
            AfterStep = name =>
            {
                if (name == step)
                {
                    reached.Release();
                    Assert.True(goOn.Wait(TimeSpan.FromSeconds(60)));
                }
            },
        };
        var publishing = Task.Run(() => publisher.PublishAsync(
            FeedTestExtensions.Set("retail", "sir", ("1.csv", "x")) with { By = "wholesale", IsOfParentItself = true }, _parent).AsTask());
        Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(60)));
        if (step == "staged")
        {
            (await services.Accounts.SuspendAsync("retail", null, TestCore.Operator)).Get();
        }
        else
        {
            await File.WriteAllTextAsync(folder + "/1.csv", "dropped");
        }

        goOn.Release();
        Assert.Contains(step == "staged" ? "not active" : "1.csv already", (await publishing).Problem!.Message, StringComparison.Ordinal);
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication"));
        Assert.Equal(step == "staged" ? [] : [folder + "/1.csv"], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task The_childs_quota_holds()
    {
        await using var core = await FamilyAsync();
        (await core.Services.Quotas.SetForAccountAsync("retail", _ => new QuotaLimits(2, null), TestCore.Operator)).Get();
        Assert.Contains("quota", (await PublishAsync(core, "1.csv", "2.csv", "3.csv")).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(PublicationState.Published, (await PublishAsync(core, "1.csv", "2.csv")).Get().State);
        (await core.Services.Quotas.SetForAccountAsync("retail", _ => new QuotaLimits(null, 2), TestCore.Operator)).Get();
        Assert.Contains("quota", (await PublishAsync(core, "3.csv")).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFileSystemEntries(core.Files.Vaults + "/retail/data/sir").Length);
    }

    private static async Task<TestCore> FamilyAsync()
    {
        var core = await TestCore.CreateAsync();
        await core.AddVaultAsync("wholesale");
        await core.AddVaultAsync("retail", "wholesale");
        return core;
    }

    private static async Task<Result<PublishReport>> PublishAsync(TestCore core, params string[] names) => await core.Services.Publisher.PublishAsync(
        FeedTestExtensions.Set("retail", "sir", [.. names.Select(static name => (name, "x"))]) with { By = "wholesale", IsOfParentItself = true }, _parent);
}
