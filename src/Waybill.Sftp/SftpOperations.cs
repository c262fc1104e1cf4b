using Waybill.Sftp.Handlers;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using Type = Waybill.Sftp.Wire.SftpMessageType;

namespace Waybill.Sftp;

/// <summary>
/// Every operation of the server, once. Dispatch, permission, what is recorded and what is advertised follow from this table and from nothing else, so
/// that no operation can be forgotten by one of them (ProFTPD #2095, #2175, #2180, #2282: policies that missed SETSTAT, copies and renames).
/// </summary>
internal static class SftpOperations
{
    private const FileRights AnyWrite = FileRights.Create | FileRights.Overwrite;

    private static readonly SftpOperation[] Rows =
    [
        // Files. Which right an OPEN needs depends on its flags: OpenPolicy. What needs a handle was permitted when it was opened.
        new(Type.Open, "OPEN", SftpSubject.Path, FileHandlers.OpenAsync)
        {
            HasFields = true, NeedsDependOnFields = true, Writes = true, MakesName = true, Audit = FileOperation.Download,
        },
        new(Type.Close, "CLOSE", SftpSubject.Handle, FileHandlers.CloseAsync) { Handles = SftpHandleKinds.Any },
        new(Type.Read, "READ", SftpSubject.Handle, FileHandlers.ReadAsync) { HasFields = true, Handles = SftpHandleKinds.Read },
        new(Type.Write, "WRITE", SftpSubject.Handle, FileHandlers.WriteAsync) { HasFields = true, Handles = SftpHandleKinds.Write, Writes = true },
        new(Type.Fstat, "FSTAT", SftpSubject.Handle, FileHandlers.StatAsync) { Handles = SftpHandleKinds.File },
        new(Type.Fsetstat, "FSETSTAT", SftpSubject.Handle, FileHandlers.SetStatAsync)
        {
            HasFields = true, Handles = SftpHandleKinds.File, Writes = true, Audit = FileOperation.SetAttributes,
        },
        new(Type.Extended, "fsync@openssh.com", SftpSubject.Handle, FileHandlers.SyncAsync) { Handles = SftpHandleKinds.File, UsefulWith = AnyWrite },
        new(Type.Extended, "copy-data", SftpSubject.Handle, FileHandlers.CopyAsync)
        {
            HasFields = true, Handles = SftpHandleKinds.Read, Writes = true, UsefulWith = AnyWrite,
        },

        // Directories.
        new(Type.Opendir, "OPENDIR", SftpSubject.Path, DirectoryHandlers.OpenAsync) { Needs = FileRights.List, Audit = FileOperation.List },
        new(Type.Readdir, "READDIR", SftpSubject.Handle, DirectoryHandlers.ReadAsync) { Handles = SftpHandleKinds.Directory },
        new(Type.Mkdir, "MKDIR", SftpSubject.Path, DirectoryHandlers.MakeAsync)
        {
            HasFields = true, Needs = FileRights.MakeDirectory, Writes = true, MakesName = true, Audit = FileOperation.MakeDirectory,
        },
        new(Type.Rmdir, "RMDIR", SftpSubject.Path, DirectoryHandlers.RemoveAsync)
        {
            Needs = FileRights.RemoveDirectory, Writes = true, Audit = FileOperation.RemoveDirectory,
        },

        // Paths.
        new(Type.Stat, "STAT", SftpSubject.Path, PathHandlers.StatAsync) { Needs = FileRights.List, FollowsLink = true, ForOwnUpload = true, ForUsableDirectory = true },
        new(Type.Lstat, "LSTAT", SftpSubject.Path, PathHandlers.StatAsync) { Needs = FileRights.List, ForOwnUpload = true, ForUsableDirectory = true },
        new(Type.Setstat, "SETSTAT", SftpSubject.Path, PathHandlers.SetStatAsync)
        {
            HasFields = true, Needs = FileRights.SetAttributes, FollowsLink = true, ForOwnUpload = true, Writes = true, Audit = FileOperation.SetAttributes,
        },
        new(Type.Extended, "lsetstat@openssh.com", SftpSubject.Path, PathHandlers.SetStatAsync)
        {
            HasFields = true, Needs = FileRights.SetAttributes, UsefulWith = FileRights.SetAttributes | FileRights.Create, ForOwnUpload = true, Writes = true,
            Audit = FileOperation.SetAttributes,
        },
        new(Type.Remove, "REMOVE", SftpSubject.Path, PathHandlers.RemoveAsync)
        {
            Needs = FileRights.Delete, Writes = true, Audit = FileOperation.Remove,
        },
        new(Type.Rename, "RENAME", SftpSubject.TwoPaths, PathHandlers.RenameAsync)
        {
            Needs = FileRights.Rename, TargetNeeds = FileRights.Rename, Writes = true, MakesName = true, Audit = FileOperation.Rename,
        },
        new(Type.Extended, "posix-rename@openssh.com", SftpSubject.TwoPaths, PathHandlers.ReplaceAsync)
        {
            Needs = FileRights.Rename, TargetNeeds = FileRights.Rename, UsefulWith = FileRights.Rename, Writes = true, MakesName = true,
            Audit = FileOperation.Rename,
        },
        new(Type.Realpath, "REALPATH", SftpSubject.None, PathHandlers.RealPathAsync) { HasFields = true },
        new(Type.Extended, "expand-path@openssh.com", SftpSubject.None, PathHandlers.ExpandPathAsync) { HasFields = true },
        new(Type.Extended, "home-directory", SftpSubject.None, PathHandlers.HomeDirectoryAsync) { HasFields = true },

        // Links. Whoever can see one may read it; making one is off unless the provider wants it.
        new(Type.Readlink, "READLINK", SftpSubject.Path, LinkHandlers.ReadAsync) { Needs = FileRights.List },
        new(Type.Symlink, "SYMLINK", SftpSubject.TextAndPath, LinkHandlers.MakeSymbolicAsync)
        {
            Needs = FileRights.Link, MakesLinks = true, Writes = true, MakesName = true, Audit = FileOperation.Link,
        },
        new(Type.Extended, "hardlink@openssh.com", SftpSubject.TwoPaths, LinkHandlers.MakeHardAsync)
        {
            Needs = FileRights.Read | FileRights.Link, TargetNeeds = FileRights.Link, UsefulWith = FileRights.Link, MakesLinks = true, Writes = true,
            MakesName = true, Audit = FileOperation.Link,
        },

        // What a client wants to know of the server.
        new(Type.Extended, "statvfs@openssh.com", SftpSubject.Path, InformationHandlers.UsageAsync) { Version = "2" },
        new(Type.Extended, "fstatvfs@openssh.com", SftpSubject.Handle, InformationHandlers.UsageOfHandleAsync) { Version = "2", Handles = SftpHandleKinds.File },
        new(Type.Extended, "limits@openssh.com", SftpSubject.None, InformationHandlers.LimitsAsync),
        new(Type.Extended, "users-groups-by-id@openssh.com", SftpSubject.None, InformationHandlers.NamesOfIdsAsync) { HasFields = true },
    ];

    private static readonly SftpOperation?[] ByType = IndexByType();

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<SftpOperation> All => Rows;

    /// <summary>The operation of a message number; null for one that is not served, and for EXTENDED.</summary>
    public static SftpOperation? Find(SftpMessageType type) => ByType[(byte)type];

    /// <summary>The operation of an extension's name.</summary>
    public static SftpOperation? Find(ReadOnlySpan<byte> extension)
    {
        foreach (var row in Rows)
        {
            if (row.Type == Type.Extended && row.NameBytes.SequenceEqual(extension))
            {
                return row;
            }
        }

        return null;
    }

    private static SftpOperation?[] IndexByType()
    {
        var rows = new SftpOperation?[256];
        foreach (var row in Rows.Where(row => row.Type != Type.Extended))
        {
            rows[(byte)row.Type] = row;
        }

        return rows;
    }
}
