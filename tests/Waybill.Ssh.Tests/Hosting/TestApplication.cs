using System.Collections.Concurrent;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>One user, one key, and programs by name.</summary>
internal sealed class TestApplication : ISshApplication, IDisposable
{
    public const string User = "acme";

    private readonly TaskCompletionSource<SshConnectionReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first question about a key.</summary>
    public Task Asked => _asked.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public SshPrivateKey UserKey { get; } = SshPrivateKeys.GenerateEd25519();

    /// <summary>Accepted instead of <see cref="UserKey"/>'s public half: the key of a real client.</summary>
    public byte[]? AcceptedBlob { get; set; }

    public ConcurrentQueue<SshConnectionReport> Reports { get; } = new();

    /// <summary>Set by a test around a call that must not run the connection.</summary>
    [ThreadStatic]
    public static bool t_isCalling;

    /// <summary>The end of a connection ran inside such a call.</summary>
    public bool EndedInsideCall { get; private set; }

    public CancellationTokenSource Kick { get; } = new();

    public int LoginsDisposed { get; private set; }

    /// <summary>Waited for in each question about a key: a slow account database.</summary>
    public Task Answer { get; set; } = Task.CompletedTask;

    /// <summary>The first report.</summary>
    public Task<SshConnectionReport> Report => _report.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        _asked.TrySetResult();
        await Answer.WaitAsync(cancellationToken);
        return offer.User == User && offer.Key.Blob.Span.SequenceEqual(AcceptedBlob ?? UserKey.PublicKey.Blob.Span);
    }

    public ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken) => ValueTask.FromResult<ISshLogin?>(new TestLogin(this));

    public ValueTask ConnectionEndedAsync(SshConnectionReport report)
    {
        EndedInsideCall |= t_isCalling;
        Reports.Enqueue(report);
        _report.TrySetResult(report);
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        UserKey.Dispose();
        Kick.Dispose();
    }

    private sealed class TestLogin(TestApplication application) : ISshLogin
    {
        public CancellationToken Kicked => application.Kick.Token;

        public ISshProgram? FindSubsystem(string name) => name switch
        {
            EchoProgram.Name => new EchoProgram(),
            SinkProgram.Name => new SinkProgram(),
            SourceProgram.Name => new SourceProgram(),
            _ => null,
        };

        public ISshProgram? FindCommand(string command) => null;

        public ValueTask DisposeAsync()
        {
            application.LoginsDisposed++;
            return ValueTask.CompletedTask;
        }
    }
}
