using Waybill.Sftp.Wire;
using Waybill.Storage;

namespace Waybill.Sftp;

/// <summary>How the store is asked for what an OPEN wants.</summary>
internal static class SftpOpenPolicy
{
    /// <summary>
    /// What the client wants, as the store understands it. Neither READ nor WRITE means READ, as OpenSSH's server has it; CREAT, TRUNC and APPEND without WRITE
    /// change nothing; EXCL without CREAT means nothing.
    /// </summary>
    public static OpenModes ModesOf(SftpOpenFlags flags)
    {
        if (!flags.HasFlag(SftpOpenFlags.Write))
        {
            return OpenModes.Read;
        }

        var modes = OpenModes.Write;
        modes |= flags.HasFlag(SftpOpenFlags.Read) ? OpenModes.Read : 0;
        modes |= flags.HasFlag(SftpOpenFlags.Append) ? OpenModes.Append : 0;
        modes |= flags.HasFlag(SftpOpenFlags.Truncate) ? OpenModes.Truncate : 0;
        modes |= flags.HasFlag(SftpOpenFlags.Create) ? OpenModes.Create : 0;
        modes |= flags.HasFlag(SftpOpenFlags.Create | SftpOpenFlags.Exclusive) ? OpenModes.Exclusive : 0;
        return modes;
    }
}
