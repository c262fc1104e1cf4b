using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage.Local;
using Waybill.TestKit;

namespace Waybill.Core.Tests;

/// <summary>This test program, started once more to work on the same data directory; each line that it prints was acknowledged before.</summary>
internal static class SecondProcess
{
    public const string Command = "second-process";

    public const string RetentionCommand = "retention-process";

    public static ExternalProcess Start(string directory, string tag, int count) => ExternalProcess.Start(
        Environment.ProcessPath!,
        [Command, directory, tag, count.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>A run of retention that kills itself when it comes to a point for the <paramref name="times"/>th time.</summary>
    public static ExternalProcess StartRetention(string directory, DateTimeOffset now, string point, int times, string? archive) => ExternalProcess.Start(
        Environment.ProcessPath!,
        [RetentionCommand, directory, now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), point, times.ToString(CultureInfo.InvariantCulture), archive ?? ""]);

    public static async Task<int> RunRetentionAsync(string[] args)
    {
        var (directory, point, times) = (args[0], Enum.Parse<RetentionPoint>(args[2]), int.Parse(args[3], CultureInfo.InvariantCulture));
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(args[1], CultureInfo.InvariantCulture)));
        var core = (await CoreServices.OpenAsync(directory, time)).Value!;
        using var vaults = new LocalVaults(core.Directory.Vaults);
        var options = new RetentionOptions { Archive = args[4].Length == 0 ? null : args[4] };
        var service = new RetentionService(core.Database, core.Audit, time, options, new VaultStores(vaults), Path.Combine(directory, "retention"))
        {
            At = reached =>
            {
                if (reached == point && --times == 0)
                {
                    using var self = System.Diagnostics.Process.GetCurrentProcess();
                    self.Kill();
                }
            },
        };
        var run = await service.RunAsync(Actor.System);
        Console.Error.WriteLine(run.Problem?.Message ?? "the run ended without coming to the point");
        return 1;
    }

    /// <summary>Appends audit rows from four tasks at once, and adds an account every tenth time.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, tag, count) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
        var opened = await CoreServices.OpenAsync(directory, TimeProvider.System);
        if (!opened.Succeeded)
        {
            Console.Error.WriteLine(opened.Problem.Message);
            return 1;
        }

        await using var core = opened.Value;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, cancellationToken) =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{tag}.{i}");
            var done = i % 10 == 0
                ? new Outcome((await core.Accounts.AddAsync(new NewAccount(name, "Second process"), Actor.Operator(tag), cancellationToken)).Problem)
                : await core.Audit.AppendAsync(new AuditEntry(AuditActions.Upload, Actor.Operator(tag)) { Subject = name }, cancellationToken);
            Console.WriteLine(done.Succeeded ? $"done {name}" : $"failed {name}: {done.Problem.Message}");
        });
        return 0;
    }
}
