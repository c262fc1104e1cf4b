using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Waybill.Sftp.Scp;

/// <summary>
/// A command line of the SCP protocol: <c>scp [-v] [-r] [-p] [-q] [-d] (-t or -f) [--] path</c>. No shell ever sees it, so that <c>$(…)</c>, backticks,
/// <c>~</c> and <c>;</c> are characters of a name; options that are not in this list are refused and never passed on (CVE-2025-24366).
/// </summary>
public sealed class ScpArguments
{
    /// <summary>Paths of one command line.</summary>
    public const int MaximumPaths = 256;

    private readonly List<ScpOperand> _operands = [];

    private ScpArguments()
    {
    }

    /// <summary>Whether the server sends (<c>-f</c>); else it receives (<c>-t</c>).</summary>
    public bool Sends { get; private set; }

    /// <summary><c>-r</c>: directories, too.</summary>
    public bool Recursive { get; private set; }

    /// <summary><c>-p</c>: with times and permissions.</summary>
    public bool Preserve { get; private set; }

    /// <summary><c>-d</c>: the target must be a directory.</summary>
    public bool NeedsDirectory { get; private set; }

    /// <summary>What is wrong with the command line, in words for the client; null when it is in order.</summary>
    public string? Problem { get; private set; }

    internal IReadOnlyList<ScpOperand> Operands => _operands;

    /// <summary>Reads a command line.</summary>
    /// <returns>False when the command is another one than <c>scp</c>.</returns>
    public static bool TryParse(string commandLine, [NotNullWhen(true)] out ScpArguments? arguments)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        arguments = null;
        var splitter = new ScpSplitter(Encoding.UTF8.GetBytes(commandLine));
        if (!splitter.TryNext(out var command) || !command.Text.SequenceEqual("scp"u8))
        {
            return false;
        }

        arguments = new ScpArguments();
        arguments.Problem = arguments.Read(splitter);
        return true;
    }

    private string? Read(ScpSplitter splitter)
    {
        var (source, sink, optionsOver) = (false, false, false);
        while (splitter.TryNext(out var word))
        {
            var text = word.Text;
            if (optionsOver || text is not [(byte)'-', _, ..])
            {
                // As getopt in a server's scp: what stands behind the first path is a path.
                optionsOver = true;
                if (_operands.Count == MaximumPaths)
                {
                    return $"more than {MaximumPaths} paths in one command";
                }

                _operands.Add(word);
                continue;
            }

            if (text.SequenceEqual("--"u8))
            {
                optionsOver = true;
                continue;
            }

            foreach (var letter in text[1..])
            {
                switch (letter)
                {
                    case (byte)'t':
                        sink = true;
                        break;
                    case (byte)'f':
                        source = true;
                        break;
                    case (byte)'r':
                        Recursive = true;
                        break;
                    case (byte)'p':
                        Preserve = true;
                        break;
                    case (byte)'d':
                        NeedsDirectory = true;
                        break;
                    case (byte)'v' or (byte)'q':
                        break;
                    default:
                        return "an option that this server does not know; use -r, -p, -d, -q and -v only, or SFTP";
                }
            }
        }

        Sends = source;
        return splitter.Failed ? "a quotation mark that is not closed, or a line break outside of quotation marks"
            : source == sink ? "either -t or -f is needed: this server takes the scp program's own commands only"
            : _operands.Count == 0 ? "no path was named"
            : sink && _operands.Count > 1 ? "ambiguous target: put a path with spaces into quotation marks once more"
            : null;
    }
}
