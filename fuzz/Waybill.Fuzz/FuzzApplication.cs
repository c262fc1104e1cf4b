using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Waybill.Sftp;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.Storage;
using Waybill.TestKit.Storage;

namespace Waybill.Fuzz;

/// <summary>A program around the server: one user with one key, the subsystems <c>echo</c> and <c>sftp</c>.</summary>
internal sealed class FuzzApplication : ISshApplication
{
    public const string User = "fuzz";

    private readonly ConcurrentDictionary<string, TaskCompletionSource<SshConnectionReport>> _reports = new();

    public static SshConnectionInfo Connection => new()
    {
        Id = "fuzz",
        RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, 1),
        LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 2),
        Features = new FeatureCollection(),
    };

    public static bool Accepts(string user, SshPublicKey key) => user == User && key.Equals(FuzzKeys.Ed25519.PublicKey);

    public async Task<SshConnectionReport> TakeReportAsync(string id)
    {
        var report = await Source(id).Task;
        _reports.TryRemove(id, out _);
        return report;
    }

    public ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken) =>
        new(Accepts(offer.User, offer.Key));

    public ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken) => new(new FuzzLogin());

    public ValueTask ConnectionEndedAsync(SshConnectionReport report)
    {
        Source(report.Connection.Id).SetResult(report);
        return ValueTask.CompletedTask;
    }

    private TaskCompletionSource<SshConnectionReport> Source(string id) =>
        _reports.GetOrAdd(id, _ => new TaskCompletionSource<SshConnectionReport>(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>The login of <see cref="FuzzApplication"/>.</summary>
internal sealed class FuzzLogin : ISshLogin
{
    public CancellationToken Kicked => CancellationToken.None;

    public ISshProgram? FindSubsystem(string name) => name switch
    {
        "echo" => new EchoProgram(),
        "sftp" => new SftpProgram(),
        _ => null,
    };

    public ISshProgram? FindCommand(string command) => FindSubsystem(command);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class EchoProgram : ISshProgram
    {
        public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
        {
            await channel.Input.CopyToAsync(channel.Output, cancellationToken);
            return 0;
        }
    }

    private sealed class SftpProgram : ISshProgram
    {
        public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
        {
            await using var store = new MemoryFileStore { Links = true };
            store.AddFile("/upload/a", "hello"u8);
            var server = new SftpServer(store, new FuzzRules(), new FuzzJournal(), new SftpOptions { Links = true }, TimeProvider.System);
            return await server.RunAsync(channel.Input, channel.Output, cancellationToken);
        }
    }
}

/// <summary>Everything is allowed, but <c>/reports</c> only read.</summary>
internal sealed class FuzzRules : IAccessRules
{
    public FileRights RightsAt(VaultPath path) => path.Bytes.StartsWith("/reports"u8) ? FileRights.ReadOnly : FileRights.All;
}

/// <summary>Keeps no rows.</summary>
internal sealed class FuzzJournal : IFileJournal
{
    public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => new(StoreError.None);
}
