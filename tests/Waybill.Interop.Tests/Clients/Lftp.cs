namespace Waybill.Interop.Tests.Clients;

/// <summary>lftp over its sftp:// protocol.</summary>
public sealed class Lftp(WaybillServer server) : LftpClient(server)
{
    public override string Name => "lftp";

    protected override string Opening => $"set sftp:auto-confirm no; set sftp:connect-program \"ssh -a -x {string.Join(' ', SshOptions)}\"; open sftp://{User}:@127.0.0.1:{Port}";

    /// <summary>What a back-office script does: fetch all, and delete each file that was fetched.</summary>
    public Task CollectFolderAsync(string remote, string local) => ScriptAsync($"mirror --parallel=4 --Remove-source-files \"{remote}\" \"{local}/\"");
}
