using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp.Scp;

/// <summary>The files of one SCP session.</summary>
internal sealed class ScpFiles(IFileStore store, IAccessRules rules, IFileJournal journal, ScpOptions options) : SessionFiles(store, rules, journal)
{
    public ScpOptions Options => options;

    /// <summary>A path as the client wrote it.</summary>
    public SftpAnswer Parse(ReadOnlySpan<byte> text, out VaultPath? path) => SftpSession.ParsePath(text, options.StartDirectory, out path);

    /// <summary>With the numbers of the quota that stood against it.</summary>
    public SftpAnswer Explained(SftpAnswer answer) => answer.Explained(Store);
}
