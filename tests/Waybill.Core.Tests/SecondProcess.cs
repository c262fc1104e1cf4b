using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.TestKit;

namespace Waybill.Core.Tests;

/// <summary>This test program, started once more to work on the same data directory; each line that it prints was acknowledged before.</summary>
internal static class SecondProcess
{
    public const string Command = "second-process";

    public static ExternalProcess Start(string directory, string tag, int count) => ExternalProcess.Start(
        Environment.ProcessPath!,
        [Command, directory, tag, count.ToString(CultureInfo.InvariantCulture)]);

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
