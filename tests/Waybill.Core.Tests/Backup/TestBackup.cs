using Waybill.Core.Backup;
using Waybill.Core.Database;
using Waybill.Core.Tests.Catalogue;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Backup;

/// <summary>Backups of a <see cref="TestVaults"/> and restores beside it.</summary>
internal sealed class TestBackup : IAsyncDisposable
{
    private readonly TestKit.TemporaryDirectory _directory = new();

    private TestBackup(TestVaults vaults) => Vaults = vaults;

    public TestVaults Vaults { get; }

    public TestCore Core => Vaults.Core;

    public string Archive => _directory.Combine("backup.tar");

    public static async Task<TestBackup> CreateAsync()
    {
        var vaults = await TestVaults.CreateAsync();
        Directory.CreateDirectory(vaults.Core.Path + "/hostkeys");
        PrivateFile.Create(vaults.Core.Path + "/hostkeys/ssh_host_ed25519_key", "a key"u8);
        return new TestBackup(vaults);
    }

    public string Beside(string name) => _directory.Combine(name);

    public async Task<BackupReport> WriteAsync(bool withFiles, string? archive = null) =>
        (await TryWriteAsync(withFiles, archive)).Get();

    public ValueTask<Result<BackupReport>> TryWriteAsync(
        bool withFiles, string? archive = null, TimeProvider? time = null, IReadOnlyList<string>? archives = null, Func<Task>? afterCopy = null,
        Action<string, Storage.VaultEntry>? atEntry = null) =>
        new BackupService(Core.Files, Core.Services.Database, Core.Services.Audit, Vaults.Stores, time ?? Core.Time) { Archives = archives ?? [], AfterCopy = afterCopy, AtEntry = atEntry }
            .WriteAsync(archive ?? Archive, withFiles, null, TestCore.Operator);

    /// <summary>Restores into a directory of its own; the report, or the problem.</summary>
    public async Task<Result<RestoreReport>> TryRestoreAsync(string name = "restored", string? archive = null, TimeProvider? time = null)
    {
        var opened = await VerifiedBackup.OpenAsync(archive ?? Archive);
        if (!opened.Succeeded)
        {
            return opened.Problem;
        }

        await using var backup = opened.Value;
        Directory.CreateDirectory(Beside(name) + "/vaults");
        return await backup.RestoreAsync(new DataDirectory(Beside(name)), TestCore.Operator, time ?? Core.Time);
    }

    public async Task<CoreServices> OpenAsync(string name = "restored") => (await CoreServices.OpenAsync(Beside(name), Core.Time)).Get();

    /// <summary>Everything below the vaults: path, kind, mode, time and content.</summary>
    public static IReadOnlyList<string> Tree(string data)
    {
        using var vaults = new LocalVaults(data + "/vaults");
        List<string> lines = [];
        foreach (var account in Directory.GetDirectories(data + "/vaults").Select(Path.GetFileName))
        {
            using var vault = vaults.OpenVault(Storage.VaultPath.Parse("/" + account)).Value!;
            using var walk = vault.Walk();
            while (walk.TryRead(out var entry))
            {
                var path = $"{data}/vaults/{account}{entry.Path}";
                lines.Add(entry.Kind switch
                {
                    Storage.FileKind.File => $"{account}{entry.Path} {entry.Permissions} {entry.ModificationTime} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))}",
                    Storage.FileKind.SymbolicLink => $"{account}{entry.Path} -> {new FileInfo(path).LinkTarget}",
                    _ => $"{account}{entry.Path} {entry.Permissions}/",
                });
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        await Vaults.DisposeAsync();
        _directory.Dispose();
    }
}
