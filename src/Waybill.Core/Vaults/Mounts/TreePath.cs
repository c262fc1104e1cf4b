namespace Waybill.Core.Vaults.Mounts;

/// <summary>A path taken apart.</summary>
/// <param name="level">How deep it leads.</param>
/// <param name="number">The account number as it was written.</param>
/// <param name="mount">The mount that it leads into.</param>
/// <param name="inner">What follows the mount, without the slash between.</param>
internal readonly ref struct TreePath(TreeLevel level, ReadOnlySpan<byte> number = default, Mount? mount = null, ReadOnlySpan<byte> inner = default)
{
    public TreeLevel Level { get; } = level;

    public ReadOnlySpan<byte> Number { get; } = number;

    public Mount? Mount { get; } = mount;

    public ReadOnlySpan<byte> Inner { get; } = inner;
}
