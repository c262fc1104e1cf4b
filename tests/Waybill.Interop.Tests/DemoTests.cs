using System.Security.Cryptography;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The first two minutes of somebody who tries Waybill, from the launcher in the repository.</summary>
public sealed class DemoTests
{
    // The launcher builds when sources have changed.
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_line_that_demo_prints_is_pasted_and_fetches_and_delivers_files()
    {
        using var directory = new TemporaryDirectory();
        // A blank and an apostrophe, as in many a home directory: the line must survive the shell and ssh's own splitting of words.
        var data = directory.Combine("Peter's demo");
        await using var demo = ExternalProcess.Start(Path.Combine(RepositoryRoot.Find(), "waybill"), ["demo", "--data", data]);
        await demo.WaitForTextAsync("Ctrl-C ends the demo.", StartTime);
        Assert.Contains("READY", demo.Output.Split('\n'));
        var line = Assert.Single(demo.Output.Split('\n'), text => text.TrimStart().StartsWith("sftp -P", StringComparison.Ordinal));

        var fetched = Directory.CreateDirectory(directory.Combine("fetched")).FullName;
        var delivery = directory.Write("delivery.csv", RandomNumberGenerator.GetBytes(300_000));
        var batch = $"get /cdr/* {fetched}/\nput {delivery} /upload/\nbye\n";
        var outcome = await ExternalProcess.RunAsync("/bin/sh", ["-c", line], batch, TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        var published = Assert.Single(Directory.GetFiles(Path.Combine(data, "vaults", "10020", "cdr")));
        var received = Assert.Single(Directory.GetFiles(fetched));
        Assert.Equal(Path.GetFileName(published), Path.GetFileName(received));
        Assert.Equal(await File.ReadAllBytesAsync(published), await File.ReadAllBytesAsync(received));
        Assert.Equal(1_000, File.ReadLines(received).Count());
        Assert.Equal(await File.ReadAllBytesAsync(delivery), await File.ReadAllBytesAsync(Path.Combine(data, "vaults", "10020", "upload", "delivery.csv")));

        await demo.SignalAsync("INT");
        var end = await demo.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(end.ExitCode == 0, end.ToString());
        Assert.DoesNotContain("   at ", end.ErrorOutput, StringComparison.Ordinal);
    }
}
