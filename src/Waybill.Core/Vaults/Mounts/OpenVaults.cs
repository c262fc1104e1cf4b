using Waybill.Storage;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>
/// The stores that one session has open: those in use, and the few used last, since a client asks several things about one place. A walk over thousands of
/// accounts opens each and keeps none.
/// </summary>
/// <param name="open">Opens a store at a directory among the vaults.</param>
internal sealed class OpenVaults(Func<VaultPath, IAccessRules, StoreResult<IFileStore>> open) : IAsyncDisposable
{
    /// <summary>Stores in use at once: as many as a session has handles.</summary>
    public const int Maximum = 256;

    /// <summary>Stores that stay open though nobody uses them.</summary>
    public const int MaximumIdle = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<VaultPath, Vault> _vaults = [];

    // The one used longest ago first.
    private readonly LinkedList<Vault> _idle = [];
    private bool _disposed;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _vaults.Count;
            }
        }
    }

    /// <summary>The store at <paramref name="root"/>, in use until the lease is disposed.</summary>
    public StoreResult<Lease> Rent(VaultPath root, IAccessRules rules)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return StoreError.BadHandle;
            }

            if (!_vaults.TryGetValue(root, out var vault))
            {
                if (_vaults.Count - _idle.Count >= Maximum)
                {
                    return StoreError.TooManyOpenFiles;
                }

                var opened = open(root, rules);
                if (!opened.Succeeded)
                {
                    return opened.Error;
                }

                vault = new Vault(root, opened.Value);
                _vaults.Add(root, vault);
            }
            else if (vault.Users == 0)
            {
                _idle.Remove(vault.Idle);
            }

            vault.Users++;
            return new Lease(this, vault);
        }
    }

    /// <summary>Closes all of them; uploads that are open are abandoned.</summary>
    public async ValueTask DisposeAsync()
    {
        Vault[] vaults;
        lock (_lock)
        {
            _disposed = true;
            vaults = [.. _vaults.Values];
            _vaults.Clear();
            _idle.Clear();
        }

        foreach (var vault in vaults)
        {
            await vault.Store.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ValueTask ReturnAsync(Vault vault)
    {
        Vault oldest;
        lock (_lock)
        {
            if (--vault.Users > 0 || _disposed)
            {
                return ValueTask.CompletedTask;
            }

            _idle.AddLast(vault.Idle);
            if (_idle.Count <= MaximumIdle)
            {
                return ValueTask.CompletedTask;
            }

            oldest = _idle.First!.Value;
            _idle.RemoveFirst();
            _vaults.Remove(oldest.Root);
        }

        return oldest.Store.DisposeAsync();
    }

    /// <summary>A store in use.</summary>
    internal sealed class Lease(OpenVaults owner, Vault vault) : IAsyncDisposable
    {
        private bool _returned;

        public VaultPath Root => vault.Root;

        public IFileStore Store => vault.Store;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _returned, true) ? ValueTask.CompletedTask : owner.ReturnAsync(vault);
    }

    internal sealed class Vault
    {
        public Vault(VaultPath root, IFileStore store)
        {
            Root = root;
            Store = store;
            Idle = new LinkedListNode<Vault>(this);
        }

        public VaultPath Root { get; }

        public IFileStore Store { get; }

        public int Users { get; set; }

        public LinkedListNode<Vault> Idle { get; }
    }
}
