using System.Diagnostics;
using System.Text;

namespace Waybill.TestKit;

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="ErrorOutput">What it wrote to standard error.</param>
public sealed record ProcessOutcome(int ExitCode, string Output, string ErrorOutput)
{
    /// <inheritdoc/>
    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Output}\n--- standard error\n{ErrorOutput}";
}

/// <summary>
/// A real program beside the test. It is started without a shell, its output is captured (bounded), and it never outlives its time or the test: disposing
/// it ends it and its children.
/// </summary>
public sealed class ExternalProcess : IAsyncDisposable
{
    /// <summary>Captured text of each stream; what goes beyond is dropped.</summary>
    public const int MaximumCapture = 16 * 1024 * 1024;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errorOutput = new();
    private readonly Task _outputPump;
    private readonly Task _errorPump;
    private readonly SemaphoreSlim _grown = new(0);

    private ExternalProcess(Process process)
    {
        _process = process;
        _outputPump = Task.Run(() => PumpAsync(process.StandardOutput, _output));
        _errorPump = Task.Run(() => PumpAsync(process.StandardError, _errorOutput));
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Standard output so far.</summary>
    public string Output => Snapshot(_output);

    /// <summary>Standard error so far.</summary>
    public string ErrorOutput => Snapshot(_errorOutput);

    /// <summary>Its standard input.</summary>
    public StreamWriter StandardInput => _process.StandardInput;

    /// <summary>Finds a program on the PATH (and in sbin); null when it is not installed.</summary>
    public static string? Find(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Concat(["/usr/sbin", "/sbin"]);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>Starts a program.</summary>
    public static ExternalProcess Start(
        string program, IEnumerable<string> arguments, string? workingDirectory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new ExternalProcess(Process.Start(start)!);
    }

    /// <summary>Runs a program to its end, or throws <see cref="TimeoutException"/> with what it had written.</summary>
    public static async Task<ProcessOutcome> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, TimeSpan? timeout = null, string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        await using var process = Start(program, arguments, workingDirectory, environment);
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input: its exit code tells.
        }

        return await process.WaitForExitAsync(timeout ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>Waits for its end and all its output.</summary>
    public async Task<ProcessOutcome> WaitForExitAsync(TimeSpan timeout)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(timeout);
            await Task.WhenAll(_outputPump, _errorPump).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Kill();
            throw new TimeoutException(
                $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} did not end within {timeout}.\n{Output}\n{ErrorOutput}");
        }

        return new ProcessOutcome(_process.ExitCode, Output, ErrorOutput);
    }

    /// <summary>Waits until either stream holds <paramref name="text"/>.</summary>
    public async Task WaitForTextAsync(string text, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        while (!Output.Contains(text, StringComparison.Ordinal) && !ErrorOutput.Contains(text, StringComparison.Ordinal))
        {
            if (_outputPump.IsCompleted && _errorPump.IsCompleted)
            {
                throw new InvalidOperationException($"{_process.StartInfo.FileName} ended before it wrote '{text}'.\n{Output}\n{ErrorOutput}");
            }

            try
            {
                await _grown.WaitAsync(TimeSpan.FromMilliseconds(100), limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{_process.StartInfo.FileName} did not write '{text}' within {timeout}.\n{Output}\n{ErrorOutput}");
            }
        }
    }

    /// <summary>SIGKILL to it and its children.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It had ended already.
        }
    }

    /// <summary>Sends a signal by name, as <c>TERM</c>.</summary>
    public Task SignalAsync(string signal) =>
        RunAsync("/bin/kill", ["-s", signal, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)], timeout: TimeSpan.FromSeconds(60));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _grown.Dispose();
    }

    private static string Snapshot(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private async Task PumpAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[8192];
        try
        {
            while (await reader.ReadAsync(buffer) is var count and > 0)
            {
                lock (text)
                {
                    text.Append(buffer, 0, Math.Max(0, Math.Min(count, MaximumCapture - text.Length)));
                }

                _grown.Release();
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process was disposed while its output still ran.
        }
    }
}
