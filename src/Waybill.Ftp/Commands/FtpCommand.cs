using System.Text;
using Waybill.Ftp.Control;
using Waybill.Storage;

namespace Waybill.Ftp.Commands;

/// <summary>A row of the table: all that is known of a verb.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Usage">What stands behind it, for HELP.</param>
/// <param name="Phase">From when on it is served.</param>
/// <param name="Argument">What it takes.</param>
/// <param name="Run">What it does; returns its one reply.</param>
internal sealed record FtpCommand(string Verb, string Usage, FtpPhase Phase, FtpArgument Argument, Func<FtpSession, FtpRequest, ValueTask<FtpReply>> Run)
{
    /// <summary>The verb's bytes.</summary>
    public byte[] VerbBytes { get; } = Encoding.ASCII.GetBytes(Verb);

    /// <summary>The rights that its path needs; None where the right depends on what lies there (<see cref="Waybill.Storage.Access.OpenPolicy"/>) or the handler asks.</summary>
    public FileRights Needs { get; init; }

    /// <summary>What a refusal is recorded as; null when it is not.</summary>
    public FileOperation? Audit { get; init; }

    /// <summary>The code for a name that cannot be: 553 where files are stored or renamed, 550 elsewhere (RFC 959 section 5.4).</summary>
    public int BadName { get; init; } = 550;

    /// <summary>Its lines in FEAT.</summary>
    public Func<FtpSession, IEnumerable<string>>? Features { get; init; }

    /// <summary>Whether FEAT and HELP have it here; null for everywhere. Where they do not, the handler refuses it.</summary>
    public Func<FtpSession, bool>? IsServed { get; init; }

    /// <summary>May come while a transfer runs or a hash is computed; all others wait for its end.</summary>
    public bool DuringTransfer { get; init; }

    /// <summary>Ends a transfer that runs also where it comes behind commands that wait.</summary>
    public bool EndsTransfer { get; init; }

    /// <summary>Nothing comes behind it: a client that closes its side then has said all that it wanted.</summary>
    public bool IsLast { get; init; }

    /// <summary>Leaves what REST and ALLO said to the transfer that follows: clients ask for a data connection between them.</summary>
    public bool KeepsRestart { get; init; }

    /// <summary>Leaves what RNFR said.</summary>
    public bool KeepsRename { get; init; }

    /// <summary>Left out of HELP: another name of a row, or one that is refused.</summary>
    public bool IsHidden { get; init; }
}
