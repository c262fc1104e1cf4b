using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Waybill.Storage.Local.Native;

/// <summary>
/// The system calls with spans and safe handles. Each returns 0 or an error number; EINTR is retried here and nowhere else.
/// A name is one component that the caller has checked; only openat2 takes paths.
/// </summary>
[SkipLocalsInit]
internal static unsafe class Kernel
{
    private const int PathBuffer = VaultPath.MaximumLength + 1;
    private const nint OpenAt2Number = 437;
    private const int EmptyPath = 0x1000;
    private const int SymbolicLinkNoFollow = 0x100;
    private const int NoAutomount = 0x800;
    private const uint BasicStatsAndBirth = 0xFFF;
    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNoWait = 4;
    private const int LockNone = 8;
    private const nuint FileClone = 0x40049409;

    private static readonly nint RenameAt2Number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 276 : 316;

    /// <summary>Opens a path that the operator configured; the only one that is not looked up beneath a descriptor.</summary>
    public static int OpenConfigured(ReadOnlySpan<byte> path, int flags, out FileDescriptor file)
    {
        Span<byte> text = stackalloc byte[PathBuffer];
        if (!Terminate(path, text))
        {
            return Fail(Errno.NameTooLong, out file);
        }

        fixed (byte* name = text)
        {
            int number;
            do
            {
                number = Libc.Open(name, flags);
            }
            while (number < 0 && Interrupted());
            return Opened(number, out file);
        }
    }

    /// <summary>Opens <paramref name="path"/> beneath <paramref name="root"/>; <paramref name="resolve"/> always holds RESOLVE_IN_ROOT.</summary>
    public static int OpenBeneath(FileDescriptor root, ReadOnlySpan<byte> path, int flags, ulong resolve, out FileDescriptor file)
    {
        Span<byte> text = stackalloc byte[PathBuffer];
        if (!Terminate(path, text))
        {
            return Fail(Errno.NameTooLong, out file);
        }

        var how = new OpenHow { Flags = (ulong)(uint)flags, Resolve = resolve | OpenFlags.ResolveInRoot | OpenFlags.ResolveNoMagicLinks };
        fixed (byte* name = text)
        {
            nint number;
            do
            {
                number = Libc.OpenAt2(OpenAt2Number, root, name, &how, (nuint)sizeof(OpenHow));
            }
            while (number < 0 && Interrupted());
            return Opened((int)number, out file);
        }
    }

    /// <summary>Opens one component of <paramref name="directory"/>.</summary>
    public static int OpenName(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, uint mode, out FileDescriptor file)
    {
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(name, text))
        {
            return Fail(Errno.NameTooLong, out file);
        }

        fixed (byte* pointer = text)
        {
            int number;
            do
            {
                number = Libc.OpenAt(directory, pointer, flags, mode);
            }
            while (number < 0 && Interrupted());
            return Opened(number, out file);
        }
    }

    /// <summary>Opens again, for use, what an O_PATH descriptor pins: no name is looked up, so nothing can have been swapped in.</summary>
    public static int Reopen(FileDescriptor pinned, int flags, out FileDescriptor file)
    {
        Span<byte> text = stackalloc byte[DescriptorPathLength];
        using var held = new Held(pinned);
        return OpenConfigured(DescriptorPath(held, text), flags, out file);
    }

    public static int Stat(FileDescriptor file, out Statx status) => StatCore(file, [], EmptyPath, out status);

    /// <summary>Attributes of one component, of the link itself if it is one.</summary>
    public static int StatName(FileDescriptor directory, ReadOnlySpan<byte> name, out Statx status) =>
        StatCore(directory, name, SymbolicLinkNoFollow | NoAutomount, out status);

    public static int GetUsage(FileDescriptor file, out StatVfs usage)
    {
        fixed (StatVfs* pointer = &usage)
        {
            return Result(Libc.FStatVfs(file, pointer));
        }
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public static int Read(FileDescriptor file, long offset, Span<byte> buffer, out int count)
    {
        count = 0;
        fixed (byte* pointer = buffer)
        {
            while (count < buffer.Length)
            {
                var read = Libc.PRead(file, pointer + count, (nuint)(buffer.Length - count), offset + count);
                if (read < 0)
                {
                    if (Interrupted())
                    {
                        continue;
                    }

                    return Marshal.GetLastPInvokeError();
                }

                if (read == 0)
                {
                    break;
                }

                count += (int)read;
            }
        }

        return Errno.None;
    }

    /// <summary>Writes all of <paramref name="data"/>.</summary>
    public static int Write(FileDescriptor file, long offset, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            var done = 0;
            while (done < data.Length)
            {
                var written = Libc.PWrite(file, pointer + done, (nuint)(data.Length - done), offset + done);
                if (written < 0)
                {
                    if (Interrupted())
                    {
                        continue;
                    }

                    return Marshal.GetLastPInvokeError();
                }

                done += (int)written;
            }
        }

        return Errno.None;
    }

    /// <summary>Copies in the kernel; <paramref name="copied"/> is 0 at the end of the source.</summary>
    public static int CopyRange(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count, out long copied)
    {
        nint done;
        do
        {
            done = Libc.CopyFileRange(source, &sourceOffset, target, &targetOffset, (nuint)count, 0);
        }
        while (done < 0 && Interrupted());
        copied = Math.Max(0, done);
        return Result(done);
    }

    /// <summary>Makes <paramref name="target"/> share all blocks of <paramref name="source"/> (FICLONE), where the file system can.</summary>
    public static int Clone(FileDescriptor source, FileDescriptor target) => Result(Libc.CloneInto(target, FileClone, source));

    public static int SetLength(FileDescriptor file, long length)
    {
        int result;
        do
        {
            result = Libc.FTruncate(file, length);
        }
        while (result < 0 && Interrupted());
        return Result(result);
    }

    /// <summary>fsync. It is never retried after an error, not even after EINTR: the kernel may have dropped the dirty pages.</summary>
    public static int Sync(FileDescriptor file) => Result(Libc.FSync(file));

    /// <summary>Takes the lock that marks a temporary as in use; it goes with the descriptor, also when the process is killed.</summary>
    public static int TryLock(FileDescriptor file) => Result(Libc.FLock(file, LockExclusive | LockNoWait));

    /// <summary>As <see cref="TryLock"/>, beside others who only read.</summary>
    public static int TryLockShared(FileDescriptor file) => Result(Libc.FLock(file, LockShared | LockNoWait));

    /// <summary>Gives a lock back before its descriptor is closed.</summary>
    public static int Unlock(FileDescriptor file) => Result(Libc.FLock(file, LockNone));

    public static int ChangeMode(FileDescriptor file, int permissions) => Result(Libc.FChMod(file, (uint)permissions));

    /// <summary>chmod of what an O_PATH descriptor pins (fchmod refuses those).</summary>
    public static int ChangeModeOfPinned(FileDescriptor pinned, int permissions)
    {
        Span<byte> text = stackalloc byte[DescriptorPathLength];
        using var held = new Held(pinned);
        fixed (byte* path = DescriptorPath(held, text))
        {
            return Result(Libc.ChMod(path, (uint)permissions));
        }
    }

    public static int SetTimes(FileDescriptor file, long? access, long? modification)
    {
        var times = stackalloc TimeSpec[2] { TimeSpec.From(access), TimeSpec.From(modification) };
        return Result(Libc.FUtimens(file, times));
    }

    /// <summary>Sets the times of what an O_PATH descriptor pins.</summary>
    public static int SetTimesOfPinned(FileDescriptor pinned, long? access, long? modification)
    {
        Span<byte> text = stackalloc byte[DescriptorPathLength];
        var times = stackalloc TimeSpec[2] { TimeSpec.From(access), TimeSpec.From(modification) };
        using var held = new Held(pinned);
        fixed (byte* path = DescriptorPath(held, text))
        {
            return Result(Libc.UtimensAt(pinned, path, times, 0));
        }
    }

    /// <summary>Sets the times of one component, of the link itself if it is one.</summary>
    public static int SetTimesOfName(FileDescriptor directory, ReadOnlySpan<byte> name, long? access, long? modification)
    {
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(name, text))
        {
            return Errno.NameTooLong;
        }

        var times = stackalloc TimeSpec[2] { TimeSpec.From(access), TimeSpec.From(modification) };
        fixed (byte* pointer = text)
        {
            return Result(Libc.UtimensAt(directory, pointer, times, SymbolicLinkNoFollow));
        }
    }

    public static int MakeDirectory(FileDescriptor directory, ReadOnlySpan<byte> name, int permissions)
    {
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(name, text))
        {
            return Errno.NameTooLong;
        }

        fixed (byte* pointer = text)
        {
            return Result(Libc.MkDirAt(directory, pointer, (uint)permissions));
        }
    }

    public static int Unlink(FileDescriptor directory, ReadOnlySpan<byte> name, int flags)
    {
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(name, text))
        {
            return Errno.NameTooLong;
        }

        fixed (byte* pointer = text)
        {
            return Result(Libc.UnlinkAt(directory, pointer, flags));
        }
    }

    public static int Rename(
        FileDescriptor sourceDirectory, ReadOnlySpan<byte> source, FileDescriptor targetDirectory, ReadOnlySpan<byte> target, uint flags)
    {
        Span<byte> sourceText = stackalloc byte[VaultPath.MaximumNameLength + 1];
        Span<byte> targetText = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(source, sourceText) || !Terminate(target, targetText))
        {
            return Errno.NameTooLong;
        }

        fixed (byte* from = sourceText, to = targetText)
        {
            return Result(Libc.RenameAt2(RenameAt2Number, sourceDirectory, from, targetDirectory, to, flags));
        }
    }

    /// <summary>Makes a hard link to one component; a symbolic link is linked itself, never followed.</summary>
    public static int Link(FileDescriptor sourceDirectory, ReadOnlySpan<byte> source, FileDescriptor targetDirectory, ReadOnlySpan<byte> target)
    {
        Span<byte> sourceText = stackalloc byte[VaultPath.MaximumNameLength + 1];
        Span<byte> targetText = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(source, sourceText) || !Terminate(target, targetText))
        {
            return Errno.NameTooLong;
        }

        fixed (byte* from = sourceText, to = targetText)
        {
            return Result(Libc.LinkAt(sourceDirectory, from, targetDirectory, to, 0));
        }
    }

    public static int SymbolicLink(ReadOnlySpan<byte> linkText, FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        Span<byte> contents = stackalloc byte[PathBuffer];
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(linkText, contents) || !Terminate(name, text))
        {
            return Errno.NameTooLong;
        }

        fixed (byte* to = contents, pointer = text)
        {
            return Result(Libc.SymLinkAt(to, directory, pointer));
        }
    }

    /// <summary>The text of the symbolic link that an O_PATH descriptor pins.</summary>
    public static int ReadLink(FileDescriptor pinned, Span<byte> buffer, out int length)
    {
        byte empty = 0;
        fixed (byte* pointer = buffer)
        {
            var result = Libc.ReadLinkAt(pinned, &empty, pointer, (nuint)buffer.Length);
            length = (int)Math.Max(0, result);
            return Result(result);
        }
    }

    /// <summary>Where a descriptor's file lies on this machine now: for the rights of folders, never shown to a client.</summary>
    public static int WhereIs(FileDescriptor file, Span<byte> buffer, out int length)
    {
        Span<byte> text = stackalloc byte[DescriptorPathLength];
        using var held = new Held(file);
        fixed (byte* path = DescriptorPath(held, text), pointer = buffer)
        {
            var result = Libc.ReadLink(path, pointer, (nuint)buffer.Length);
            length = (int)Math.Max(0, result);
            return result == buffer.Length ? Errno.NameTooLong : Result(result);
        }
    }

    public static int ReadDirectory(FileDescriptor directory, Span<byte> buffer, out int length)
    {
        fixed (byte* pointer = buffer)
        {
            var result = Libc.GetDents(directory, pointer, (nuint)buffer.Length);
            length = (int)Math.Max(0, result);
            return Result(result);
        }
    }

    /// <summary>Goes on with a directory where an earlier entry's cookie points.</summary>
    public static int SeekDirectory(FileDescriptor directory, long cookie) => Libc.Seek(directory, cookie, 0) < 0 ? Marshal.GetLastPInvokeError() : Errno.None;

    private static int StatCore(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, out Statx status)
    {
        Span<byte> text = stackalloc byte[VaultPath.MaximumNameLength + 1];
        if (!Terminate(name, text))
        {
            status = default;
            return Errno.NameTooLong;
        }

        fixed (byte* pointer = text)
        fixed (Statx* result = &status)
        {
            return Result(Libc.StatX(directory, pointer, flags, BasicStatsAndBirth, result));
        }
    }

    private const int DescriptorPathLength = 40;

    private static ReadOnlySpan<byte> DescriptorPath(in Held file, Span<byte> buffer)
    {
        var prefix = "/proc/self/fd/"u8;
        prefix.CopyTo(buffer);
        System.Buffers.Text.Utf8Formatter.TryFormat(file.Number, buffer[prefix.Length..], out var digits);
        buffer[prefix.Length + digits] = 0;
        return buffer[..(prefix.Length + digits)];
    }

    private static bool Terminate(ReadOnlySpan<byte> text, Span<byte> buffer)
    {
        if (text.Length >= buffer.Length)
        {
            return false;
        }

        text.CopyTo(buffer);
        buffer[text.Length] = 0;
        return true;
    }

    private static bool Interrupted() => Marshal.GetLastPInvokeError() == Errno.Interrupted;

    private static int Result(nint result) => result < 0 ? Marshal.GetLastPInvokeError() : Errno.None;

    private static int Opened(int number, out FileDescriptor file)
    {
        file = number < 0 ? FileDescriptor.Closed : new FileDescriptor(number);
        return number < 0 ? Marshal.GetLastPInvokeError() : Errno.None;
    }

    private static int Fail(int errno, out FileDescriptor file)
    {
        file = FileDescriptor.Closed;
        return errno;
    }

    /// <summary>
    /// A descriptor whose number goes into a path, kept open meanwhile as the marshaller keeps one that is an argument. One that is closed throws: its number may
    /// be another session's file by now.
    /// </summary>
    private readonly ref struct Held
    {
        private readonly FileDescriptor _file;

        public Held(FileDescriptor file)
        {
            var added = false;
            file.DangerousAddRef(ref added);
            _file = file;
            Number = (int)file.DangerousGetHandle();
        }

        public int Number { get; }

        public void Dispose() => _file.DangerousRelease();
    }
}
