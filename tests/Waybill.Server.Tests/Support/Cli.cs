using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Support;

/// <summary>The real program, started as users start it.</summary>
internal static class Cli
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(60);

    /// <summary>The program of the same configuration as these tests.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        RepositoryRoot.Find(), "src", "Waybill.Server", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0", "waybill.dll");

    public static Task<ProcessOutcome> RunAsync(params string[] words) => RunWithAsync(null, null, words);

    public static Task<ProcessOutcome> RunWithAsync(IReadOnlyDictionary<string, string?>? environment, string? input, params string[] words) =>
        ExternalProcess.RunAsync("dotnet", [Path, .. words], input, Time, environment: environment);

    /// <summary>Runs a command that must succeed; returns its standard output.</summary>
    public static async Task<string> OutputAsync(params string[] words) => Succeeded(words, await RunAsync(words));

    /// <summary>The same in this process, for a command that is not what the test is about.</summary>
    public static async Task<string> SetUpAsync(params string[] words) => Succeeded(words, await CommandTable.RunAsync(words));

    /// <summary>Runs a command with <c>--json</c> that must succeed, and reads what it prints.</summary>
    public static async Task<JsonElement> JsonAsync(params string[] words) => JsonDocument.Parse(await OutputAsync([.. words, "--json"])).RootElement;

    private static string Succeeded(string[] words, ProcessOutcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, $"waybill {string.Join(' ', words)}: {outcome}");
        return outcome.Output;
    }

    /// <summary>Runs a command that must be refused, with one line and no stack trace; returns the line.</summary>
    public static async Task<string> RefusedAsync(int exitCode, params string[] words) => Refused(exitCode, words, await RunAsync(words));

    public static string Refused(int exitCode, string[] words, ProcessOutcome outcome)
    {
        Assert.True(outcome.ExitCode == exitCode, $"waybill {string.Join(' ', words)}: {outcome}");
        var line = Assert.Single(outcome.ErrorOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("waybill: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", line, StringComparison.Ordinal);
        return line;
    }
}
