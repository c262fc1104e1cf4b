namespace Waybill.Server;

/// <summary>Where everything of one installation lies.</summary>
internal sealed class DataDirectory(string root)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string RestoreMark = "restore.unfinished";

    /// <summary>Linux's limit of a Unix socket's path.</summary>
    private const int MaximumSocketPath = 107;

    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    public string Root { get; } = Path.GetFullPath(root);

    public string Configuration => Path.Combine(Root, "waybill.json");

    public string Database => Path.Combine(Root, "waybill.db");

    public string HostKeys => Path.Combine(Root, "hostkeys");

    public string Tls => Path.Combine(Root, "tls");

    /// <summary>The keys of the portal's cookies and forms.</summary>
    public string PortalKeys => Path.Combine(Root, "portal");

    public string Vaults => Path.Combine(Root, "vaults");

    /// <summary>What customers put away after they fetched it; no login sees it.</summary>
    public string Archive => Path.Combine(Root, "archive");

    /// <summary>Retention's own: its lock, and for a few minutes the files that it took out of their vaults.</summary>
    public string Retention => Path.Combine(Root, "retention");

    /// <summary>The files that retention took out of their vaults.</summary>
    public string RetentionTaken => Path.Combine(Retention, "taken");

    public string Audit => Path.Combine(Root, "audit");

    /// <summary>Keys that parts of the database are sealed with; made when the first one is needed.</summary>
    public string Secrets => Path.Combine(Root, "secrets");

    /// <summary>The key that second factors of people are kept under.</summary>
    public string PeopleKey => Path.Combine(Secrets, "people.key");

    public string AuditKey => Path.Combine(Audit, "audit.key");

    public string AuditAnchor => Path.Combine(Audit, "anchor");

    /// <summary>The keys that seal what waits to be handed over; in no backup, on purpose.</summary>
    public string Handovers => Path.Combine(Root, "handovers");

    /// <summary>Where mails are written when there is no mail server.</summary>
    public string Mail => Path.Combine(Root, "mail");

    /// <summary>The operator's own templates of mails.</summary>
    public string Templates => Path.Combine(Root, "templates");

    /// <summary>There from the beginning of an init to its end.</summary>
    public string Unfinished => Path.Combine(Root, "init.unfinished");

    /// <summary>The leases of processes that publish; the server's own user alone can enter.</summary>
    public string Publishing => Path.Combine(Run, "publishing");

    /// <summary>There from the beginning of a restore to its end.</summary>
    public string UnfinishedRestore => Path.Combine(Root, RestoreMark);

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

    /// <summary>An init or a restore was interrupted: nothing can have used what is there.</summary>
    public bool IsHalfMade => File.Exists(Unfinished) || File.Exists(UnfinishedRestore);

    private string Run => Path.Combine(Root, "run");

    /// <summary>There is something to work on, and it is whole; root works on its own only.</summary>
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

        // What root makes in it, a server that runs as the owner of its keys could not read. Whose the directory itself is says nothing: a container's may be its host's.
        if (Environment.IsPrivilegedProcess && Directory.Exists(HostKeys) && Storage.Local.LocalDirectory.Owner(HostKeys) is > 0 and var owner)
        {
            throw new CommandException(
                $"what is in {Root} belongs to the user with the number {owner}, who could not use what root makes in it; run this as that user, with sudo -u '#{owner}' in front, or give it all to root with chown -R");
        }
    }

    public CommandException HalfMade() => new(File.Exists(UnfinishedRestore)
        ? $"{Root} is half-made: a restore was cut off there, or runs right now; run it again: {CommandLine.ShellWord.Command(this, "restore FILE")}"
        : $"{Root} is half-made: an init was interrupted there, or runs right now; empty the directory (nothing has used it yet) and run: {CommandLine.ShellWord.Command(this, "init")}");

    /// <summary>A restore goes into a directory that has nothing in it, since what is there is somebody's, or into what a restore has left that was cut off.</summary>
    public void RequireEmptyForRestore()
    {
        if (File.Exists(UnfinishedRestore))
        {
            if (Directory.EnumerateFileSystemEntries(Root).Select(Path.GetFileName).FirstOrDefault(static name => !IsRestored(name!)) is { } foreign)
            {
                throw new CommandException($"a restore was cut off in {Root}, and {foreign} there is not of it; take that out, or name a new directory with --data");
            }

            return;
        }

        if (File.Exists(Lock))
        {
            TakeLock().Dispose();
        }

        if (IsHalfMade)
        {
            throw HalfMade();
        }

        if (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any())
        {
            throw new CommandException(
                $"{Root} {(IsInitialised ? "holds a Waybill already" : "is not empty")}, and a restore overwrites nothing; name a new or empty directory with --data");
        }
    }

    /// <summary>
    /// Begins a restore: from now on until <see cref="EndRestore"/> every command says that the directory is half-made, whatever happens. Of one that was cut off the
    /// leftovers are removed; nothing has ever used them.
    /// </summary>
    public FileStream BeginRestore()
    {
        RequireEmptyForRestore();
        CreateRoot();
        var isLeft = File.Exists(UnfinishedRestore);
        FileStream mark;
        try
        {
            mark = new FileStream(UnfinishedRestore, isLeft ? FileMode.Open : FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == WouldBlock || error is FileNotFoundException || !isLeft)
        {
            throw new CommandException($"another restore to {Root} runs right now; wait for it, or choose another directory with --data");
        }

        try
        {
            // One that ended between the two looks has taken its mark away: what is there is whole.
            if (!File.Exists(UnfinishedRestore))
            {
                throw new CommandException($"{Root} was restored just now");
            }

            Storage.Local.LocalDirectory.Sync(Root);
            foreach (var left in Directory.EnumerateFileSystemEntries(Root).Where(static each => Path.GetFileName(each) != RestoreMark).ToList())
            {
                if (Directory.Exists(left))
                {
                    Directory.Delete(left, recursive: true);
                }
                else
                {
                    File.Delete(left);
                }
            }

            return mark;
        }
        catch
        {
            mark.Dispose();
            throw;
        }
    }

    /// <summary>The restore is whole and on the disk.</summary>
    public void EndRestore()
    {
        File.Delete(UnfinishedRestore);
        Storage.Local.LocalDirectory.Sync(Root);
    }

    /// <summary>What a restore makes, and nothing else does in a directory that is marked.</summary>
    private static bool IsRestored(string name) =>
        name is RestoreMark or "hostkeys" or "tls" or "templates" or "secrets" or "vaults" or "retention" or "audit" or "run" or "waybill.json"
            or Core.Backup.VerifiedBackup.ListOfMissing or Core.Backup.VerifiedBackup.ListOfArchived
        || name.StartsWith("waybill.db", StringComparison.Ordinal);

    /// <summary>Makes the directories; those that hold secrets can be entered by the owner alone.</summary>
    public void Create()
    {
        CreateRoot();
        foreach (var directory in (string[])[HostKeys, Tls, Vaults, Audit, Run])
        {
            Directory.CreateDirectory(directory, OwnerOnly);
        }
    }

    private void CreateRoot()
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
    }

    /// <summary>Data directories of before have none.</summary>
    public void CreateArchive() => Directory.CreateDirectory(Archive, OwnerOnly);

    public void CreatePortalKeys() => Directory.CreateDirectory(PortalKeys, OwnerOnly);

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
