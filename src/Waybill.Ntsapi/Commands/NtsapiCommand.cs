using System.Text;
using Waybill.Ntsapi.Control;

namespace Waybill.Ntsapi.Commands;

/// <summary>What stands behind a verb first.</summary>
internal enum NumberKind
{
    /// <summary>No number.</summary>
    Absent,

    /// <summary>A number of ours.</summary>
    Own,

    /// <summary>A number of ours, or one that was ported in (P).</summary>
    AlsoPortedIn,

    /// <summary>A pattern.</summary>
    Pattern,
}

/// <summary>A row of the table: all that is known of a verb.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Usage">What stands behind it, for HELP.</param>
/// <param name="Number">Whether it names a number: only those that name none may come before the login.</param>
/// <param name="Least">Words behind that, at least.</param>
/// <param name="Most">Words behind that, at most.</param>
/// <param name="Run">What it does; returns its one reply.</param>
internal sealed record NtsapiCommand(
    string Verb, string Usage, NumberKind Number, int Least, int Most, Func<NtsapiSession, NtsapiRequest, ValueTask<NtsapiReply>> Run)
{
    /// <summary>The verb's bytes.</summary>
    public byte[] VerbBytes { get; } = Encoding.ASCII.GetBytes(Verb);

    /// <summary>One sentence for HELP.</summary>
    public required string Help { get; init; }

    /// <summary>Its last word runs to the end of the line, blanks and all.</summary>
    public bool EndsInText { get; init; }

    /// <summary>It brings a password.</summary>
    public bool IsLogin { get; init; }

    /// <summary>It is answered however fast commands come: who is to go slower must be able to go.</summary>
    public bool IsFree { get; init; }
}
