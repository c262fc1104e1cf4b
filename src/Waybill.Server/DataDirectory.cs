namespace Waybill.Server;

/// <summary>Where everything of one installation lies.</summary>
internal sealed class DataDirectory(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Linux's limit of a Unix socket's path.</summary>
    private const int MaximumSocketPath = 107;

    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    public string Root { get; } = Path.GetFullPath(root);

    public string Configuration => Path.Combine(Root, "waybill.json");

    public string Database => Path.Combine(Root, "waybill.db");

    public string HostKeys => Path.Combine(Root, "hostkeys");

    public string Tls => Path.Combine(Root, "tls");

    public string Vaults => Path.Combine(Root, "vaults");

    /// <summary>Retention's own: its lock, and for a few minutes the files that it took out of their vaults.</summary>
    public string Retention => Path.Combine(Root, "retention");

    public string Audit => Path.Combine(Root, "audit");

    public string AuditKey => Path.Combine(Audit, "audit.key");

    public string AuditAnchor => Path.Combine(Audit, "anchor");

    /// <summary>There from the beginning of an init to its end.</summary>
    public string Unfinished => Path.Combine(Root, "init.unfinished");

    public string Lock => Path.Combine(Run, "lock");

    public string ControlSocket
    {
        get
        {
            var path = Path.Combine(Run, "control.sock");
            return System.Text.Encoding.UTF8.GetByteCount(path) <= MaximumSocketPath
                ? path
                : throw new CommandException($"the path {Root} is too long for a socket in it; use a data directory with a shorter path");
        }
    }

    public bool IsInitialised => File.Exists(Database);

    /// <summary>An init was interrupted: nothing can have used what is there.</summary>
    public bool IsHalfMade => File.Exists(Unfinished);

    private string Run => Path.Combine(Root, "run");

    public void RequireInitialised()
    {
        if (IsHalfMade)
        {
            throw HalfMade();
        }

        if (!IsInitialised)
        {
            throw new CommandException($"there is no Waybill in {Root}; make one with: {CommandLine.ShellWord.Command(this, "init")}");
        }
    }

    public CommandException HalfMade() => new(
        $"{Root} is half-made: an init was interrupted there, or runs right now; empty the directory (nothing has used it yet) and run: {CommandLine.ShellWord.Command(this, "init")}");

    /// <summary>Makes the directories; those that hold secrets can be entered by the owner alone.</summary>
    public void Create()
    {
        for (var place = Root; place is not null; place = Path.GetDirectoryName(place))
        {
            if (File.Exists(place))
            {
                throw new CommandException($"{place} is a file; choose another directory with --data");
            }
        }

        try
        {
            Directory.CreateDirectory(Root, OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"{Root} cannot be made here: the user {Environment.UserName} has no right to, or the file system takes no directories; choose another directory with --data");
        }

        foreach (var directory in (string[])[HostKeys, Tls, Vaults, Audit, Run])
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
    }

    /// <summary>Taken by the server for its life and by an init: nothing else may begin meanwhile.</summary>
    public FileStream TakeLock()
    {
        try
        {
            Directory.CreateDirectory(Run, OwnerOnly);
            return new FileStream(Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            throw new CommandException($"a server runs on {Root} already; stop it first, or use another --data");
        }
    }
}
