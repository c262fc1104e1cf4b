using System.IO.Pipelines;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>
/// What a shell, or any command but scp, gets: two lines that say where one is, and a failure, at once. The exit status keeps programs that probe for a shell
/// (rclone's <c>echo ${ShellId}%ComSpec%</c>) from taking the words for one's answer.
/// </summary>
internal sealed class RefusedCommand : ISshProgram
{
    public const int ExitStatus = 1;

    public static ReadOnlySpan<byte> Words =>
        "This server moves files and runs no commands: there is no shell here.\nConnect by SFTP (sftp, WinSCP, FileZilla, psftp, rclone, lftp), or use scp.\n"u8;

    public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
    {
        Words.CopyTo(channel.Output.GetSpan(Words.Length));
        channel.Output.Advance(Words.Length);
        await channel.Output.FlushAsync(cancellationToken);
        return ExitStatus;
    }
}
