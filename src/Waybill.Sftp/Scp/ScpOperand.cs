using Waybill.Storage.Access;

namespace Waybill.Sftp.Scp;

/// <summary>A word of a command line with its quotes taken off.</summary>
internal sealed class ScpOperand(byte[] text, bool[] quoted)
{
    /// <summary>The word as it names a file.</summary>
    public ReadOnlySpan<byte> Text => text;

    /// <summary>The path up to and with its last slash.</summary>
    public ReadOnlySpan<byte> Directory => text.AsSpan(0, NameStart);

    /// <summary>The last component as a pattern; null when no wildcard stands in it without quotes.</summary>
    public NamePattern? Pattern { get; } = NamePattern.Compile(text.AsSpan(StartOfName(text)), quoted.AsSpan(StartOfName(text)));

    /// <summary>Whether it can only mean a directory: <c>a/</c> names no file.</summary>
    public bool EndsInSlash => text is [.., (byte)'/'] or [.., (byte)'/', (byte)'.'];

    private int NameStart => StartOfName(text);

    private static int StartOfName(ReadOnlySpan<byte> path) => path.LastIndexOf((byte)'/') + 1;
}
