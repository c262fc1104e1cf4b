using System.Text;
using Waybill.Ftp.Commands;
using Waybill.Storage;

namespace Waybill.Ftp.Control;

/// <summary>One command of the client: <c>verb [SP argument]</c>.</summary>
/// <param name="Command">Its row of the table.</param>
/// <param name="Argument">What stands behind the one blank, as it came; empty without.</param>
internal readonly record struct FtpRequest(FtpCommand Command, ReadOnlyMemory<byte> Argument)
{
    /// <summary>The path that the argument names, for rows that take one.</summary>
    public VaultPath? Path { get; init; }

    /// <summary>Where REST said that this transfer goes on.</summary>
    public long Offset { get; init; }

    /// <summary>How many bytes ALLO said that this transfer brings.</summary>
    public long? ExpectedSize { get; init; }

    /// <summary>The argument as text.</summary>
    public string Text => Encoding.UTF8.GetString(Argument.Span);

    /// <summary>The argument in words.</summary>
    public string[] Words => Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Cuts a line into verb and argument. Verbs are letters and digits of ASCII, compared without case.</summary>
    public static bool TrySplit(ReadOnlyMemory<byte> line, out ReadOnlyMemory<byte> verb, out ReadOnlyMemory<byte> argument)
    {
        var blank = line.Span.IndexOf((byte)' ');
        verb = blank < 0 ? line : line[..blank];
        argument = blank < 0 ? default : line[(blank + 1)..];
        return !verb.IsEmpty && verb.Length <= FtpCommands.LongestVerb;
    }
}
