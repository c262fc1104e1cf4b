using System.Diagnostics;
using System.Globalization;
using Waybill.Core.Feeds;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Feeds;

/// <summary>This test program, started once more to publish and to be killed (SIGKILL, by itself) after a named step.</summary>
internal static class PublishingProcess
{
    public const string Command = "publishing-process";

    private const int Killed = 128 + 9;

    /// <summary>Runs an operation up to the n-th time that it comes to a step; the step must be reached.</summary>
    public static async Task RunToStepAsync(string directory, string operation, string step, int times, long id = 0)
    {
        await using var process = ExternalProcess.Start(
            Environment.ProcessPath!,
            [Command, directory, operation, step, times.ToString(CultureInfo.InvariantCulture), id.ToString(CultureInfo.InvariantCulture)]);
        var outcome = await process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == Killed, $"{operation} was not killed at {step} {times}: {outcome}");
    }

    /// <summary>Starts to publish many sets, an invoice and its table each.</summary>
    public static ExternalProcess StartMany(string directory, int sets) =>
        ExternalProcess.Start(Environment.ProcessPath!, [Command, directory, "many", "none", sets.ToString(CultureInfo.InvariantCulture), "0"]);

    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, operation, step, times, id) = (
            args[0], args[1], args[2], int.Parse(args[3], CultureInfo.InvariantCulture), long.Parse(args[4], CultureInfo.InvariantCulture));
        await using var core = (await CoreServices.OpenAsync(directory, TimeProvider.System)).Value!;
        void KillAtStep(string name)
        {
            if (name == step && --times == 0)
            {
                Process.GetCurrentProcess().Kill();
                Process.GetCurrentProcess().WaitForExit();
            }
        }

        var publisher = new FeedPublisher(core.Database, core.Audit, TimeProvider.System, core.Stores, FeedTypes.Default, core.Directory.Publishing) { AfterStep = KillAtStep };
        await using var session = new PublisherSession(core, TimeProvider.System, afterStep: KillAtStep);
        if (operation is "upload" or "rename")
        {
            Console.WriteLine(operation == "upload"
                ? await session.PutAsync("/accounts/10042/invoice/1.csv", "new")
                : await session.RenameAsync("/accounts/10042/invoice/1.csv.tmp", "/accounts/10042/invoice/1.csv"));
            return 0;
        }

        if (operation == "many")
        {
            await foreach (var report in publisher.PublishAllAsync(
                Enumerable.Range(0, times).Select(static i => FeedTestExtensions.Set("10042", "invoice", ($"{i:D4}.pdf", "pdf"), ($"{i:D4}.csv", "csv"))), TestCore.Operator))
            {
                report.Get();
            }

            return 0;
        }

        var set = FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new pdf"), ("1.csv", "new csv"));
        var problem = operation switch
        {
            "publish" => (await publisher.PublishAsync(set, TestCore.Operator)).Problem,
            "replace" => (await publisher.PublishAsync(set with { Replace = true, Reason = "wrong" }, TestCore.Operator)).Problem,
            "refused" => (await publisher.PublishAsync(FeedTestExtensions.Set("retail", "sir", ("1.csv", "new")) with { By = "10042", IsOfParentItself = true }, TestCore.Operator)).Problem,
            "release" => (await publisher.ReleaseAsync(id, null, TestCore.Operator)).Problem,
            "discard" => (await publisher.DiscardAsync(id, "sent twice", TestCore.Operator)).Problem,
            "recall" => (await publisher.RecallAsync(new RecallRequest("wrong") { Publication = id }, TestCore.Operator)).Problem,
            "recover" => await publisher.RecoverAsync() < 0 ? null : null,
            _ => throw new ArgumentException(operation),
        };
        Console.WriteLine(problem?.Message ?? "done");
        return 0;
    }
}
