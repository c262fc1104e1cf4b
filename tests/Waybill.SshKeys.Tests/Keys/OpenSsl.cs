using System.Diagnostics;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>The openssl program, for keys that .NET does not make.</summary>
internal static class OpenSsl
{
    public static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)), "openssl did not end");
        Assert.True(process.ExitCode == 0, $"openssl {string.Join(' ', arguments)} failed");
        _ = errors;
        return output;
    }
}
