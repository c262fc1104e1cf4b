using Waybill.Net.Logging;

namespace Waybill.Ssh.Hosting;

/// <summary>
/// Client software as a person would say it: <c>PuTTY 0.78</c> for <c>PuTTY_Release_0.78</c>. What the client said stays in the rows as it is; this is for
/// sentences. Every input gives something to show, without control characters and not endless.
/// </summary>
internal static class ClientNames
{
    private const int Longest = 80;

    /// <summary>How software begins its version line, compared without case, and its name; the version follows. The longer of two beginnings comes first.</summary>
    private static readonly (string Start, string Name)[] Known =
    [
        ("OpenSSH_for_Windows_", "OpenSSH for Windows"),
        ("OpenSSH_", "OpenSSH"),
        ("PuTTY_Release_", "PuTTY"),
        ("PuTTY_Snapshot_", "PuTTY snapshot"),
        ("PuTTY", "PuTTY"),
        ("WinSCP_release_", "WinSCP"),
        ("WinSCP", "WinSCP"),
        ("FileZilla_", "FileZilla"),
        ("libssh2_", "libssh2"),
        ("libssh", "libssh"),
        ("JSCH", "JSch"),
        ("paramiko_", "paramiko"),
        ("AsyncSSH_", "AsyncSSH"),
        ("rclone/", "rclone"),
        ("Cyberduck", "Cyberduck"),
        ("SSHJ", "sshj"),
        ("ssh2js", "ssh2 (Node.js)"),
        ("Renci.SshNet.SshClient", "SSH.NET"),
        ("dropbear_", "Dropbear"),
        ("APACHE-SSHD-", "Apache MINA SSHD"),
        ("SSHD-CORE-", "Apache MINA SSHD"),
        ("phpseclib_", "phpseclib"),
        ("RebexSSH_", "Rebex"),
        ("Rebex", "Rebex"),
        ("XFB.", "Axway XFB"),
        ("J2SSH_Maverick", "Maverick"),
        ("Maverick", "Maverick"),
        ("WS_FTP", "WS_FTP"),
        ("CoreFTP", "Core FTP"),
    ];

    /// <summary>Names that stand behind the library's version or its name, and are what people know.</summary>
    private static readonly (string Word, string Name)[] Inside =
    [
        ("Bitvise SSH Client", "Bitvise SSH Client"),
        ("Tectia", "Tectia"),
        ("SSH Secure Shell", "SSH Secure Shell"),
        ("GlobalSCAPE", "GlobalSCAPE"),
    ];

    /// <summary>The name and, where it says one, the version.</summary>
    /// <param name="software">What follows <c>SSH-2.0-</c>.</param>
    public static string Of(string software)
    {
        software = PeerText.Sanitise(software);
        var name = Inner(software) ?? Outer(software);
        return name.Length <= Longest ? name : name[..Longest] + "…";
    }

    private static string? Inner(string software)
    {
        foreach (var (word, name) in Inside)
        {
            if (software.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return WithVersion(name, Version(software));
            }
        }

        return null;
    }

    private static string Outer(string software)
    {
        var first = software.Split(' ', 2)[0];
        foreach (var (start, name) in Known)
        {
            if (first.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return WithVersion(name, Version(first[start.Length..]));
            }
        }

        // golang.org/x/crypto/ssh says no version, and programs made with it rarely say their own name.
        if (first == "Go")
        {
            return "a Go program (x/crypto/ssh)";
        }

        var parted = first.AsSpan().IndexOfAny("_-/");
        return parted > 0 && Version(first[parted..]) is { Length: > 0 } version && first[(parted + 1)..].TrimStart('v', 'V').StartsWith(version, StringComparison.Ordinal)
            ? WithVersion(first[..parted], version)
            : first.Replace('_', ' ');
    }

    private static string WithVersion(string name, string version) => version.Length == 0 ? name : $"{name} {version}";

    /// <summary>From the first digit to the next blank, bracket or underscore: <c>9.2p1</c>, <c>1.60.1-DEV</c>.</summary>
    private static string Version(string text)
    {
        var begin = text.AsSpan().IndexOfAnyInRange('0', '9');
        if (begin < 0)
        {
            return "";
        }

        var end = text.AsSpan(begin).IndexOfAny(" _()");
        return (end < 0 ? text[begin..] : text.Substring(begin, end)).TrimEnd('-', '.', ',', ':', ';');
    }
}
