using static Waybill.Ntsapi.Commands.NumberKind;

namespace Waybill.Ntsapi.Commands;

/// <summary>Every verb of the server, once. Dispatch, what a verb takes, whether it needs a login and HELP follow from this table and from nothing else.</summary>
internal static class NtsapiCommands
{
    private static readonly NtsapiCommand[] Rows =
    [
        // Sessions.
        new("AUTH", "user password", Absent, 2, 2, AuthCommand.RunAsync) { Help = "Logs in", EndsInText = true, IsLogin = true },
        new("HELP", "[command]", Absent, 0, 1, HelpCommand.RunAsync) { Help = "Lists the commands, or says how one is used" },
        new("QUIT", "", Absent, 0, 0, QuitCommand.RunAsync) { Help = "Ends the session", IsFree = true },

        // One number.
        new("ALLO", "pattern", Pattern, 0, 0, AlloCommand.RunAsync) { Help = "Finds a free number, _ for any digit. It is not kept: send ACTI at once" },
        new("ACTI", "number", Own, 0, 0, ActiCommand.RunAsync) { Help = "Makes a free number yours" },
        new("DEAC", "number", Own, 0, 0, DeacCommand.RunAsync) { Help = "Gives a number back" },
        new("REAC", "number", Own, 0, 0, ReacCommand.RunAsync) { Help = "Undoes DEAC, as long as nobody else has the number" },
        new("STAT", "number", AlsoPortedIn, 0, 0, StatCommand.RunAsync) { Help = "Shows whether it is active (Y or N), its last day and its targets" },
        new("SET", "number index target", AlsoPortedIn, 2, 2, SetCommand.RunAsync) { Help = "Sets target 1, 2 or 3; - for none" },
        new("ORDE", "number index periods", AlsoPortedIn, 2, 2, OrdeCommand.RunAsync) { Help = "Sets when a target is used; 0000 for always", EndsInText = true },
        new("SPIN", "number pin", Own, 1, 1, SpinCommand.RunAsync) { Help = "Sets the PIN of its voicemail; - for none" },
        new("FEAT", "number [letter [Y|N]]", Own, 0, 2, FeatCommand.RunAsync) { Help = "Shows the features that are on, or turns one on (Y, or nothing) or off (N)" },
        new("INFO", "number GEN text, or number 999 verb [value]", AlsoPortedIn, 2, 2, InfoCommand.RunAsync)
        {
            Help = $"Keeps a text about its user, or its emergency record with the verbs {EmergencyCommand.Verbs}", EndsInText = true,
        },

        // Many numbers.
        new("ALTEN", "pattern", Pattern, 0, 0, AltenCommand.RunAsync) { Help = "Finds ten consecutive free numbers. They are not kept: send ACTI for each at once" },
        new("ALIST", "pattern quantity", Pattern, 1, 1, AlistCommand.RunAsync) { Help = "Lists free numbers, a line each, and a line that does not begin with 0 at the end" },
        new("BLKACTI", "pattern quantity", Pattern, 1, 1, BlkactiCommand.RunAsync) { Help = "Makes a free block of 2 numbers or more yours, and answers with its first and last number" },
        new("BLKINFO", "number", Own, 0, 0, BlkinfoCommand.RunAsync) { Help = "Shows the block that a number belongs to: its first number and how many it has" },
        new("BLKDEAC", "number", Own, 0, 0, BlkdeacCommand.RunAsync) { Help = "Gives a block back, named by its first number" },
        new("BLKREAC", "number", Own, 0, 0, BlkreacCommand.RunAsync) { Help = "Undoes BLKDEAC, as long as nobody else has a number of it" },
    ];

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<NtsapiCommand> All => Rows;

    /// <summary>The row of a verb, compared without case: clients write capitals, persons may not. Null for one that is not in the table.</summary>
    public static NtsapiCommand? Find(ReadOnlySpan<char> verb)
    {
        foreach (var row in Rows)
        {
            if (verb.Equals(row.Verb, StringComparison.OrdinalIgnoreCase))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The row of a verb in capitals.</summary>
    public static NtsapiCommand? FindExact(ReadOnlySpan<byte> verb)
    {
        foreach (var row in Rows)
        {
            if (verb.SequenceEqual(row.VerbBytes))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The place of a row in the table.</summary>
    public static int IndexOf(NtsapiCommand command) => Array.IndexOf(Rows, command);
}
