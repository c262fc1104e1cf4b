using System.Buffers;
using System.Text;
using Waybill.Storage.Local;

namespace Waybill.Storage.Tests.Local;

/// <summary>A vaults directory of its own for one test, with a store opened at <c>/u1</c> and the siblings whose names a prefix check confuses.</summary>
internal sealed class VaultFolder : IAsyncDisposable
{
    private readonly List<IFileStore> _stores = [];

    public VaultFolder(LocalStoreOptions? options = null, IAccessRules? rules = null, string? parent = null)
    {
        Base = Path.Combine(parent ?? Path.GetTempPath(), "waybill-test-" + Guid.NewGuid().ToString("N"));
        foreach (var vault in new[] { "u", "u1", "u10", "u1_backup" })
        {
            Directory.CreateDirectory(Path.Combine(VaultsPath, vault));
        }

        Vaults = new LocalVaults(VaultsPath, options ?? new LocalStoreOptions { Durability = Durability.Rename });
        Store = OpenStore("/u1", rules);
    }

    public string Base { get; }

    public string VaultsPath => Path.Combine(Base, "vaults");

    public string RootPath => Path.Combine(VaultsPath, "u1");

    public LocalVaults Vaults { get; }

    public IFileStore Store { get; }

    /// <summary>Partials are shown as they came, unless a test says what clients of SFTP and FTP see.</summary>
    public IFileStore OpenStore(string root, IAccessRules? rules = null, string? owner = null, bool saysLength = true)
    {
        var result = Vaults.OpenStore(VaultPath.Parse(root), rules ?? new EveryRight(), owner, saysLength: saysLength);
        Assert.Equal(StoreError.None, result.Error);
        _stores.Add(result.Value!);
        return result.Value!;
    }

    public string OnDisk(string name) => Path.Combine(RootPath, name.TrimStart('/'));

    /// <summary>Names that a directory really holds, the hidden ones too.</summary>
    public string[] NamesOnDisk(string name = "") =>
        [.. Directory.GetFileSystemEntries(OnDisk(name)).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        Vaults.Dispose();
        Directory.Delete(Base, recursive: true);
    }

    internal sealed class EveryRight : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }

    internal sealed class RulesByFolder(params (string Folder, FileRights Rights)[] rules) : IAccessRules
    {
        public FileRights RightsAt(VaultPath path)
        {
            foreach (var (folder, rights) in rules)
            {
                if (path.IsAtOrBelow(VaultPath.Parse(folder)))
                {
                    return rights;
                }
            }

            return FileRights.None;
        }
    }
}
