using System.Diagnostics;
using System.Globalization;
using Waybill.Core.Arrivals;
using Waybill.Core.Inbound;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Inbound;

/// <summary>This test program, started once more to decide on a delivered file and to be killed (SIGKILL, by itself) after a named step.</summary>
internal static class DecidingProcess
{
    public const string Command = "deciding-process";

    private const int Killed = 128 + 9;

    /// <summary>Runs an operation up to a step, which must be reached.</summary>
    public static async Task RunToStepAsync(DeliveringCore core, string operation, string step, long file)
    {
        // A fetch is recorded behind its answer, and another process does not know that it has to wait for that.
        await core.Services.Audit.CatchUpAsync();
        await using var process = ExternalProcess.Start(
            Environment.ProcessPath!,
            [
                Command, core.Core.Path, operation, step, file.ToString(CultureInfo.InvariantCulture),
                core.Core.Time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ]);
        var outcome = await process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == Killed, $"{operation} was not killed at {step}: {outcome}");
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var (directory, operation, step, file) = (args[0], args[1], args[2], long.Parse(args[3], CultureInfo.InvariantCulture));
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(args[4], CultureInfo.InvariantCulture)));
        await using var core = (await CoreServices.OpenAsync(directory, time)).Value!;
        void Kill(string name)
        {
            if (name == step)
            {
                Process.GetCurrentProcess().Kill();
                Process.GetCurrentProcess().WaitForExit();
            }
        }

        var inbound = new InboundService(core.Database, core.Audit, time, core.Stores) { AfterStep = Kill };
        var arrivals = new ArrivalService(core.Database, core.Audit, time, core.Stores, new InboundOptions()) { AfterStep = Kill };
        var problem = operation switch
        {
            "confirm" => (await inbound.ConfirmAsync(file, "billing", TestCore.Operator)).Problem,
            "reject" => (await inbound.RejectAsync(file, "billing", "the reason", TestCore.Operator)).Problem,
            "collect" => (await inbound.ConfirmFetchedAsync(DeliveringCore.Account, "/upload/a.csv", DeliveringCore.Collector)).Problem,
            "settle" => (await arrivals.SettleAsync()).Problem,
            _ => throw new ArgumentException(operation),
        };
        Console.WriteLine(problem?.Message ?? "done");
        return 0;
    }
}
