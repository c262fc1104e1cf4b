using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Conformance.Tests.Server;

/// <summary>The program around the server, which notes whatever reaches it: before a login that must be nothing but questions about keys.</summary>
internal sealed class RecordingApplication : ISshApplication
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SshConnectionReport>> _reports = new();
    private readonly ConcurrentDictionary<string, byte[]> _keys = new();
    private int _questions;
    private int _logins;
    private int _programsSought;
    private int _programsRun;

    public int Questions => _questions;

    public int Logins => _logins;

    public int ProgramsSought => _programsSought;

    public int ProgramsRun => _programsRun;

    public ConcurrentQueue<SshKeyOffer> LoggedIn { get; } = new();

    public Func<string, ISshProgram?> Find { get; set; } = name => name == "echo" ? new EchoProgram() : null;

    public void Allow(string user, SshPublicKey key) => _keys[$"{user} {Convert.ToBase64String(key.Blob.Span)}"] = [];

    public async Task<SshConnectionReport> ReportOfAsync(string connectionId, TimeSpan? timeout = null) =>
        await Source(connectionId).Task.WaitAsync(timeout ?? TimeSpan.FromSeconds(60));

    public ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _questions);
        return new(_keys.ContainsKey($"{offer.User} {Convert.ToBase64String(offer.Key.Blob.Span)}"));
    }

    public ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _logins);
        LoggedIn.Enqueue(offer);
        return new(new Login(this));
    }

    public ValueTask ConnectionEndedAsync(SshConnectionReport report)
    {
        if (!Source(report.Connection.Id).TrySetResult(report))
        {
            throw new InvalidOperationException($"Connection {report.Connection.Id} ended twice.");
        }

        return ValueTask.CompletedTask;
    }

    private TaskCompletionSource<SshConnectionReport> Source(string id) =>
        _reports.GetOrAdd(id, _ => new TaskCompletionSource<SshConnectionReport>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Login(RecordingApplication application) : ISshLogin
    {
        public CancellationToken Kicked => CancellationToken.None;

        public ISshProgram? FindSubsystem(string name)
        {
            Interlocked.Increment(ref application._programsSought);
            return application.Find(name) is { } program ? new Counted(application, program) : null;
        }

        public ISshProgram? FindCommand(string command) => FindSubsystem(command);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Counted(RecordingApplication application, ISshProgram inner) : ISshProgram
    {
        public Task<int> RunAsync(System.IO.Pipelines.IDuplexPipe channel, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref application._programsRun);
            return inner.RunAsync(channel, cancellationToken);
        }
    }
}
