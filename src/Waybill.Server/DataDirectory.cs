namespace Waybill.Server;

/// <summary>Where everything of one installation lies.</summary>
internal sealed class DataDirectory(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Linux's limit of a Unix socket's path.</summary>
    private const int MaximumSocketPath = 107;

    public string Root { get; } = Path.GetFullPath(root);

    public string Configuration => Path.Combine(Root, "waybill.json");

    public string Database => Path.Combine(Root, "waybill.db");

    public string HostKeys => Path.Combine(Root, "hostkeys");

    public string Vaults => Path.Combine(Root, "vaults");

    public string Audit => Path.Combine(Root, "audit");

    public string AuditKey => Path.Combine(Audit, "audit.key");

    public string AuditAnchor => Path.Combine(Audit, "anchor");

    public string Lock => Path.Combine(Root, "run", "lock");

    public string ControlSocket
    {
        get
        {
            var path = Path.Combine(Root, "run", "control.sock");
            return System.Text.Encoding.UTF8.GetByteCount(path) <= MaximumSocketPath
                ? path
                : throw new CommandException($"the path {Root} is too long for a socket in it; use a data directory with a shorter path");
        }
    }

    public bool IsInitialised => File.Exists(Database);

    public void RequireInitialised()
    {
        if (!IsInitialised)
        {
            throw new CommandException($"there is no Waybill in {Root}; make one with: ./waybill init --data {Root}");
        }
    }

    /// <summary>Makes the directories; those that hold secrets can be entered by the owner alone.</summary>
    public void Create()
    {
        foreach (var directory in (string[])[Root, HostKeys, Vaults, Audit, Path.Combine(Root, "run")])
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
    }

    /// <summary>Taken by the server for its life: a second one, or a restore, sees that it runs.</summary>
    public FileStream TakeLock()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Lock)!, OwnerOnly);
            return new FileStream(Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new CommandException($"a server runs on {Root} already; stop it first, or use another --data");
        }
    }
}
