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
        new("PBSZ", "0", Connected, Required, PbszCommand.RunAsync) { Features = static _ => ["PBSZ"] },
        new("PROT", "P", Connected, Required, ProtCommand.RunAsync) { Features = static _ => ["PROT"] },
        new("CCC", "", Connected, None, CccCommand.RunAsync) { IsHidden = true },
        new("USER", "name", Connected, Required, UserCommand.RunAsync),
        new("PASS", "password", Connected, Optional, PassCommand.RunAsync),
        new("ACCT", "account", Connected, Optional, AcctCommand.RunAsync) { IsHidden = true },
        new("HOST", "name", Connected, Required, HostCommand.RunAsync) { Features = static _ => ["HOST"] },
        new("QUIT", "", Connected, None, QuitCommand.RunAsync) { IsLast = true },

        // What a client wants to know and to set.
        new("FEAT", "", Connected, None, FeatCommand.RunAsync),
        new("OPTS", "name [value]", Connected, Required, OptsCommand.RunAsync) { Features = static _ => ["UTF8", "TVFS"] },
        new("CLNT", "name", Connected, Required, ClntCommand.RunAsync) { Features = static _ => ["CLNT"] },
        new("SYST", "", Connected, None, SystCommand.RunAsync),
        new("HELP", "[verb]", Connected, Optional, HelpCommand.RunAsync),
        new("NOOP", "", Connected, None, NoopCommand.RunAsync) { DuringTransfer = true, KeepsRestart = true, KeepsRename = true },
        new("STAT", "[path]", LoggedIn, Optional, StatCommand.RunAsync) { DuringTransfer = true, KeepsRestart = true },
        new("TYPE", "A | I | L 8", LoggedIn, Required, TypeCommand.RunAsync) { KeepsRestart = true },
        new("STRU", "F", LoggedIn, Required, StruCommand.RunAsync) { KeepsRestart = true },
        new("MODE", "S", LoggedIn, Required, ModeCommand.RunAsync) { KeepsRestart = true },

        // Data connections.
        new("PASV", "", LoggedIn, None, PasvCommand.RunAsync) { KeepsRestart = true },
        new("EPSV", "[1 | 2 | ALL]", LoggedIn, Optional, EpsvCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["EPSV"] },
        new("PORT", "h1,h2,h3,h4,p1,p2", LoggedIn, Required, PortCommand.RunAsync) { IsServed = ActiveMode.IsServed, KeepsRestart = true },
        new("EPRT", "|protocol|address|port|", LoggedIn, Required, EprtCommand.RunAsync) { IsServed = ActiveMode.IsServed, KeepsRestart = true, Features = static _ => ["EPRT"] },

        // Files.
        new("RETR", "path", LoggedIn, OldPath, RetrCommand.RunAsync) { Audit = FileOperation.Download },
        new("STOR", "path", LoggedIn, NewPath, StorCommand.RunAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("APPE", "path", LoggedIn, NewPath, AppeCommand.RunAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("STOU", "[name]", LoggedIn, Optional, StouCommand.RunAsync) { Audit = FileOperation.Upload, BadName = FtpReply.NameNotAllowed },
        new("REST", "offset", LoggedIn, Required, RestCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["REST STREAM"] },
        new("ALLO", "size", LoggedIn, Required, AlloCommand.RunAsync) { KeepsRestart = true },
        new("ABOR", "", LoggedIn, None, AborCommand.RunAsync) { DuringTransfer = true, EndsTransfer = true },
        new("DELE", "path", LoggedIn, OldPath, DeleCommand.RunAsync) { Needs = FileRights.Delete, Audit = FileOperation.Remove },
        new("RNFR", "path", LoggedIn, OldPath, RnfrCommand.RunAsync) { Needs = FileRights.Rename, Audit = FileOperation.Rename },
        new("RNTO", "path", LoggedIn, NewPath, RntoCommand.RunAsync) { KeepsRename = true, BadName = FtpReply.NameNotAllowed },

        // Directories.
        new("CWD", "path", LoggedIn, OldPath, CwdCommand.RunAsync),
        new("CDUP", "", LoggedIn, None, CdupCommand.RunAsync),
        new("PWD", "", LoggedIn, None, PwdCommand.RunAsync),
        new("MKD", "path", LoggedIn, NewPath, MkdCommand.RunAsync) { Audit = FileOperation.MakeDirectory },
        new("RMD", "path", LoggedIn, OldPath, RmdCommand.RunAsync) { Needs = FileRights.RemoveDirectory, Audit = FileOperation.RemoveDirectory },

        // Listings.
        new("LIST", "[-al] [path]", LoggedIn, Optional, ListCommand.RunAsync) { Audit = FileOperation.List },
        new("NLST", "[-al] [path]", LoggedIn, Optional, NlstCommand.RunAsync) { Audit = FileOperation.List },
        new("MLSD", "[path]", LoggedIn, Optional, MlsdCommand.RunAsync) { Audit = FileOperation.List },
        new("MLST", "[path]", LoggedIn, Optional, MlstCommand.RunAsync) { Features = MlstCommand.Features },

        // Facts of one file.
        new("SIZE", "path", LoggedIn, OldPath, SizeCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["SIZE"] },
        new("MDTM", "path", LoggedIn, OldPath, MdtmCommand.RunAsync) { KeepsRestart = true, Features = static _ => ["MDTM"] },
        new("MFMT", "time path", LoggedIn, Required, MfmtCommand.RunAsync) { Audit = FileOperation.SetAttributes, Features = static _ => ["MFMT"] },
        new("MFF", "fact=value; path", LoggedIn, Required, MffCommand.RunAsync) { Audit = FileOperation.SetAttributes, Features = static _ => ["MFF Modify;UNIX.mode;"] },
        new("HASH", "path", LoggedIn, OldPath, HashCommand.RunAsync) { Needs = FileRights.Read, Audit = FileOperation.Download, Features = HashCommand.Features },
        new("XSHA256", "path", LoggedIn, OldPath, Xsha256Command.RunAsync) { Needs = FileRights.Read, Audit = FileOperation.Download, Features = static _ => ["XSHA256"] },

        // Names of RFC 775, which old scripts still use.
        new("XCWD", "path", LoggedIn, OldPath, CwdCommand.RunAsync) { IsHidden = true },
        new("XCUP", "", LoggedIn, None, CdupCommand.RunAsync) { IsHidden = true },
        new("XPWD", "", LoggedIn, None, PwdCommand.RunAsync) { IsHidden = true },
        new("XMKD", "path", LoggedIn, NewPath, MkdCommand.RunAsync) { Audit = FileOperation.MakeDirectory, IsHidden = true },
        new("XRMD", "path", LoggedIn, OldPath, RmdCommand.RunAsync) { Needs = FileRights.RemoveDirectory, Audit = FileOperation.RemoveDirectory, IsHidden = true },

        // Known, and not served on purpose (docs/protocols/ftp.md): they are no sign of a stranger.
        new("REIN", "", Connected, None, RefusedCommand.RunAsync) { IsHidden = true },
        new("SMNT", "path", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("SITE", "command", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("LANG", "language", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("CSID", "name", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("ADAT", "data", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("MIC", "data", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("CONF", "data", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
        new("ENC", "data", Connected, Optional, RefusedCommand.RunAsync) { IsHidden = true },
    ];

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<FtpCommand> All => Rows;

    /// <summary>The rows that FEAT and HELP tell of.</summary>
    public static IEnumerable<FtpCommand> ServedTo(FtpSession session) => Rows.Where(row => row.IsServed?.Invoke(session) ?? true);

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
