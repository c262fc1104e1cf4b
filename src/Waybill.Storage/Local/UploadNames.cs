using System.Text;

namespace Waybill.Storage.Local;

/// <summary>
/// The hidden names of one login's uploads, all in the directory of their target. While an upload to a new name runs in order, its temporary is
/// <c>.waybill-u-OWNER-BOOT-NAME</c>; a partial that was set aside and synced is <c>.waybill-p-OWNER-NAME</c>. So who may go on with what is left, and whether
/// its bytes can be trusted, is known without any table, also after a kill: what was written in another boot of this machine and never synced may hold blocks
/// that a power cut left as zeros, and is not found under any name that is looked for.
/// </summary>
internal sealed class UploadNames
{
    /// <summary>Characters of an owner: ASCII letters and digits.</summary>
    public const int MaximumOwner = 16;

    /// <summary>Characters that tell this boot of the machine from the others.</summary>
    public const int BootLength = 12;

    /// <summary>Longer names find no room in 255 bytes behind prefix, owner and boot; uploads to them begin anew.</summary>
    public const int LongestName = 214;

    private const byte Separator = (byte)'-';

    private readonly byte[] _running;
    private readonly byte[] _kept;

    public UploadNames(string owner, string boot)
    {
        if (owner.Length is 0 or > MaximumOwner || !owner.All(char.IsAsciiLetterOrDigit))
        {
            throw new ArgumentException("An owner is 1 to 16 ASCII letters and digits.", nameof(owner));
        }

        Owner = owner;
        _running = [.. RunningPrefix, .. Encoding.ASCII.GetBytes($"{owner}-{boot}-")];
        _kept = [.. KeptPrefix, .. Encoding.ASCII.GetBytes($"{owner}-")];
    }

    public string Owner { get; }

    /// <summary>Bytes at the end of a partial that its owner is not shown, and sends again.</summary>
    public int HeldBack { get; init; }

    private static ReadOnlySpan<byte> RunningPrefix => ".waybill-u-"u8;

    private static ReadOnlySpan<byte> KeptPrefix => ".waybill-p-"u8;

    public static bool CanResume(ReadOnlySpan<byte> name) => name.Length <= LongestName;

    public byte[] Running(ReadOnlySpan<byte> name) => [.. _running, .. name];

    public byte[] Kept(ReadOnlySpan<byte> name) => [.. _kept, .. name];

    /// <summary>Where the target's name begins in a hidden name of this login; 0 if it is none.</summary>
    public int TargetIn(ReadOnlySpan<byte> hidden, out bool running)
    {
        running = hidden.StartsWith(_running);
        return running ? _running.Length : hidden.StartsWith(_kept) ? _kept.Length : 0;
    }

    /// <summary>Reads a hidden name of any login.</summary>
    public static bool TryParse(ReadOnlySpan<byte> hidden, out Parsed parsed)
    {
        parsed = default;
        var running = hidden.StartsWith(RunningPrefix);
        if (!running && !hidden.StartsWith(KeptPrefix))
        {
            return false;
        }

        var rest = hidden[KeptPrefix.Length..];
        var owner = rest.IndexOf(Separator);
        if (owner is < 1 or > MaximumOwner)
        {
            return false;
        }

        var name = rest[(owner + 1)..];
        var boot = ReadOnlySpan<byte>.Empty;
        if (running)
        {
            if (name.Length <= BootLength || name[BootLength] != Separator)
            {
                return false;
            }

            boot = name[..BootLength];
            name = name[(BootLength + 1)..];
        }

        parsed = new Parsed(Encoding.ASCII.GetString(rest[..owner]), Encoding.ASCII.GetString(boot), name.ToArray());
        return name.Length > 0;
    }

    /// <summary>What a hidden name says.</summary>
    /// <param name="Owner">Whose upload it is.</param>
    /// <param name="Boot">In which boot it was written, unsynced; empty for a kept partial.</param>
    /// <param name="Name">The target's name.</param>
    internal readonly record struct Parsed(string Owner, string Boot, byte[] Name)
    {
        public bool IsKept => Boot.Length == 0;
    }
}
