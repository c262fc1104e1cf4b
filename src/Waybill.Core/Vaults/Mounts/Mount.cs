using System.Text;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>A directory of a vault that a login of the provider sees in each account's directory.</summary>
/// <param name="name">Its name there; empty when the account's directory itself is the mount.</param>
/// <param name="folder">The directory's path in the vault; empty for the vault itself.</param>
/// <param name="rules">The rights in it.</param>
/// <param name="storeRules">The rights of the store, where something stands in front of it that gives some of them another meaning.</param>
internal sealed class Mount(string name, string folder, FolderRules rules, FolderRules? storeRules = null)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    public string Name { get; } = name;

    public ReadOnlySpan<byte> NameBytes => _name;

    public string Folder { get; } = folder;

    public FolderRules Rules { get; } = rules;

    public FolderRules StoreRules { get; } = storeRules ?? rules;
}
