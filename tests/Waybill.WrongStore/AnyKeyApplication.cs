using System.IO.Pipelines;
using Waybill.Sftp;
using Waybill.Ssh.Hosting;
using Waybill.Storage;

namespace Waybill.WrongStore;

/// <summary>Lets every user in with every key; SFTP on a <see cref="RenameFirstStore"/> is all there is.</summary>
internal sealed class AnyKeyApplication(string folder) : ISshApplication
{
    public ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken) => new(true);

    public ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken) => new(new AnyLogin(folder));

    public ValueTask ConnectionEndedAsync(SshConnectionReport report) => ValueTask.CompletedTask;

    private sealed class AnyLogin(string folder) : ISshLogin
    {
        public CancellationToken Kicked => CancellationToken.None;

        public ISshProgram? FindSubsystem(string name) => name == "sftp" ? new SftpProgram(folder) : null;

        public ISshProgram? FindCommand(string command) => null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class SftpProgram(string folder) : ISshProgram, IAccessRules, IFileJournal
    {
        public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
        {
            await using var store = new RenameFirstStore(folder);
            return await new SftpServer(store, this, this, new SftpOptions(), TimeProvider.System).RunAsync(channel.Input, channel.Output, cancellationToken);
        }

        public FileRights RightsAt(VaultPath path) => FileRights.All;

        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => new(StoreError.None);
    }
}
