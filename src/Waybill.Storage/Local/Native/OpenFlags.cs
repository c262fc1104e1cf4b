using System.Runtime.InteropServices;

namespace Waybill.Storage.Local.Native;

/// <summary>Flags of open(2), openat2(2) and their kin. Two of them differ between x64 and arm64.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NoControllingTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const ulong ResolveNoMagicLinks = 0x02;
    public const ulong ResolveNoSymbolicLinks = 0x04;
    public const ulong ResolveInRoot = 0x10;

    public const uint RenameNoReplace = 1;
    public const uint RenameExchange = 2;
    public const int RemoveDirectory = 0x200;

    private static readonly bool Arm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static readonly int Directory = Arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = Arm ? 0x8000 : 0x20000;

    /// <summary>An O_PATH descriptor of a directory: it resolves names and does nothing else.</summary>
    public static readonly int DirectoryPath = PathOnly | Directory | CloseOnExec;

    /// <summary>An O_PATH descriptor of whatever is there, links themselves included; opening one touches no device and wakes no FIFO.</summary>
    public static readonly int AnyPath = PathOnly | NoFollow | CloseOnExec;

    /// <summary>Reading a file that is known to be a regular one.</summary>
    public static readonly int ReadFile = ReadOnly | NonBlocking | NoControllingTerminal | CloseOnExec;

    /// <summary>Listing or syncing a directory.</summary>
    public static readonly int ReadDirectory = ReadOnly | Directory | CloseOnExec;

    /// <summary>Writing on in a file of the store's own that is there.</summary>
    public static readonly int ExistingFile = ReadWrite | NoFollow | NonBlocking | NoControllingTerminal | CloseOnExec;

    /// <summary>Making a temporary under a name that nobody has.</summary>
    public static readonly int NewFile = ReadWrite | Create | Exclusive | NoFollow | CloseOnExec;
}
