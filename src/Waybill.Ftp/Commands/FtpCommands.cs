using Waybill.Ftp.Control;
using Waybill.Storage;
using static Waybill.Ftp.Commands.FtpArgument;
using static Waybill.Ftp.Commands.FtpPhase;

namespace Waybill.Ftp.Commands;

/// <summary>
/// Every verb of the server, once. Dispatch, whether it may come before the login, the rights it needs, what is recorded, FEAT and HELP follow from this table and from nothing
/// else; which verbs want TLS first is with those of TLS and login themselves, since each has its own reply.
/// </summary>
internal static class FtpCommands
{
    /// <summary>Letters of the longest verb.</summary>
    public const int LongestVerb = 7;

    private static readonly FtpCommand[] Rows =
    [
        // TLS and login.
        new("AUTH", "TLS", Connected, Required, AuthCommand.RunAsync) { Features = AuthCommand.Features },
        new("PBSZ", "0", Connected, Required, ProtectionCommands.BufferSizeAsync) { Features = ProtectionCommands.BufferSizeFeatures },
        new("PROT", "P", Connected, Required, ProtectionCommands.LevelAsync) { Features = ProtectionCommands.LevelFeatures },
        new("CCC", "", Connected, None, ProtectionCommands.ClearAsync) { IsHidden = true },
        new("USER", "name", Connected, Required, UserCommand.RunAsync),
        new("PASS", "password", Connected, Optional, PassCommand.RunAsync),
        new("ACCT", "account", Connected, Optional, RefusedCommands.SuperfluousAsync) { IsHidden = true },
        new("HOST", "name", Connected, Required, HostCommand.RunAsync) { Features = static _ => ["HOST"] },
        new("QUIT", "", Connected, None, QuitCommand.RunAsync),

        // What a client wants to know and to set.
        new("FEAT", "", Connected, None, FeatCommand.RunAsync),
        new("OPTS", "name [value]", Connected, Required, OptsCommand.RunAsync) { Features = static _ => ["UTF8", "TVFS"] },
        new("CLNT", "name", Connected, Required, ClntCommand.RunAsync) { Features = static _ => ["CLNT"] },
        new("SYST", "", Connected, None, SystCommand.RunAsync),
        new("HELP", "[verb]", Connected, Optional, HelpCommand.RunAsync),
        new("NOOP", "", Connected, None, NoopCommand.RunAsync) { DuringTransfer = true, KeepsRestart = true, KeepsRename = true },
        new("STAT", "[path]", LoggedIn, Optional, StatCommand.RunAsync) { DuringTransfer = true, KeepsRestart = true },
        new("TYPE", "A | I | L 8", LoggedIn, Required, RepresentationCommands.TypeAsync) { KeepsRestart = true },
        new("STRU", "F", LoggedIn, Required, RepresentationCommands.StructureAsync) { KeepsRestart = true },
        new("MODE", "S", LoggedIn, Required, RepresentationCommands.ModeAsync) { KeepsRestart = true },

        // Data connections.
        new("PASV", "", LoggedIn, None, PasvCommand.RunAsync) { KeepsRestart = true },
        new("EPSV", "[1 | 2 | ALL]", LoggedIn, Optional, EpsvCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["EPSV"] },
        new("PORT", "h1,h2,h3,h4,p1,p2", LoggedIn, Required, PortCommands.PortAsync) { KeepsRestart = true },
        new("EPRT", "|protocol|address|port|", LoggedIn, Required, PortCommands.ExtendedAsync) { KeepsRestart = true, Features = PortCommands.Features },

        // Files.
        new("RETR", "path", LoggedIn, OldPath, RetrCommand.RunAsync) { Audit = FileOperation.Download },
        new("STOR", "path", LoggedIn, NewPath, StoreCommands.StoreAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("APPE", "path", LoggedIn, NewPath, StoreCommands.AppendAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("STOU", "[name]", LoggedIn, Optional, StouCommand.RunAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("REST", "offset", LoggedIn, Required, RestCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["REST STREAM"] },
        new("ALLO", "size", LoggedIn, Required, AlloCommand.RunAsync) { KeepsRestart = true },
        new("ABOR", "", LoggedIn, None, AborCommand.RunAsync) { DuringTransfer = true },
        new("DELE", "path", LoggedIn, OldPath, DeleCommand.RunAsync) { Needs = FileRights.Delete, Audit = FileOperation.Remove },
        new("RNFR", "path", LoggedIn, OldPath, RenameCommands.FromAsync) { Needs = FileRights.Rename, Audit = FileOperation.Rename },
        new("RNTO", "path", LoggedIn, NewPath, RenameCommands.ToAsync) { KeepsRename = true, BadName = FtpReply.NameNotAllowed },

        // Directories.
        new("CWD", "path", LoggedIn, OldPath, DirectoryCommands.ChangeAsync),
        new("CDUP", "", LoggedIn, None, DirectoryCommands.ChangeUpAsync),
        new("PWD", "", LoggedIn, None, DirectoryCommands.PrintAsync),
        new("MKD", "path", LoggedIn, NewPath, DirectoryCommands.MakeAsync) { Audit = FileOperation.MakeDirectory },
        new("RMD", "path", LoggedIn, OldPath, DirectoryCommands.RemoveAsync) { Needs = FileRights.RemoveDirectory, Audit = FileOperation.RemoveDirectory },

        // Listings.
        new("LIST", "[-al] [path]", LoggedIn, Optional, ListCommands.ListAsync) { Audit = FileOperation.List },
        new("NLST", "[-al] [path]", LoggedIn, Optional, ListCommands.NamesAsync) { Audit = FileOperation.List },
        new("MLSD", "[path]", LoggedIn, Optional, ListCommands.FactsAsync) { Audit = FileOperation.List },
        new("MLST", "[path]", LoggedIn, Optional, MlstCommand.RunAsync) { Features = MlstCommand.Features },

        // Facts of one file.
        new("SIZE", "path", LoggedIn, OldPath, SizeCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["SIZE"] },
        new("MDTM", "path", LoggedIn, OldPath, MdtmCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["MDTM"] },
        new("MFMT", "time path", LoggedIn, Required, ModifyCommands.TimeAsync) { Audit = FileOperation.SetAttributes, Features = static _ => ["MFMT"] },
        new("MFF", "fact=value; path", LoggedIn, Required, ModifyCommands.FactsAsync) { Audit = FileOperation.SetAttributes, Features = static _ => ["MFF Modify;UNIX.mode;"] },
        new("HASH", "path", LoggedIn, OldPath, HashCommands.HashAsync) { Needs = FileRights.Read, Audit = FileOperation.Download, Features = HashCommands.Features },
        new("XSHA256", "path", LoggedIn, OldPath, HashCommands.Sha256Async) { Needs = FileRights.Read, Audit = FileOperation.Download, Features = static _ => ["XSHA256"] },

        // Names of RFC 775, which old scripts still use.
        new("XCWD", "path", LoggedIn, OldPath, DirectoryCommands.ChangeAsync) { IsHidden = true },
        new("XCUP", "", LoggedIn, None, DirectoryCommands.ChangeUpAsync) { IsHidden = true },
        new("XPWD", "", LoggedIn, None, DirectoryCommands.PrintAsync) { IsHidden = true },
        new("XMKD", "path", LoggedIn, NewPath, DirectoryCommands.MakeAsync) { Audit = FileOperation.MakeDirectory, IsHidden = true },
        new("XRMD", "path", LoggedIn, OldPath, DirectoryCommands.RemoveAsync) { Needs = FileRights.RemoveDirectory, Audit = FileOperation.RemoveDirectory, IsHidden = true },

        // Known, and not served on purpose (docs/protocols/ftp.md): they are no sign of a stranger.
        new("REIN", "", Connected, None, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("SMNT", "path", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("SITE", "command", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("LANG", "language", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("CSID", "name", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("ADAT", "data", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("MIC", "data", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("CONF", "data", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
        new("ENC", "data", Connected, Optional, RefusedCommands.NotServedAsync) { IsHidden = true },
    ];

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<FtpCommand> All => Rows;

    /// <summary>The row of a verb, compared without case; null for one that is not in the table.</summary>
    public static FtpCommand? Find(ReadOnlySpan<byte> verb)
    {
        foreach (var row in Rows)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(row.VerbBytes, verb))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The place of a row in the table.</summary>
    public static int IndexOf(FtpCommand command) => Array.IndexOf(Rows, command);
}
