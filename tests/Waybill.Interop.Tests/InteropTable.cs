using System.Collections.Concurrent;
using Waybill.Interop.Tests.Clients;

namespace Waybill.Interop.Tests;

/// <summary>Collects the cells and prints the table when all have run.</summary>
public sealed class InteropTable : IDisposable
{
    public static readonly IReadOnlyDictionary<string, Func<WaybillServer, InteropClient>> Clients = new Func<WaybillServer, InteropClient>[]
    {
        server => new OpenSshSftp(server), server => new Scp(server), server => new Sshfs(server), server => new PuttySftp(server), server => new Lftp(server),
        server => new Curl(server), server => new Rclone(server), server => new Paramiko(server), server => new AsyncSsh(server), server => new NodeSftpClient(server),
        server => new FtpsLftp(server), server => new FtpsCurl(server), server => new FtpsRclone(server), server => new FtpLib(server), server => new BasicFtp(server),
    }.ToDictionary(make => make(null!).Name);

    public static readonly IReadOnlyList<string> Operations =
    [
        "put and get", "0 bytes", "1 byte", "100 MiB", "umlauts and emoji", "overwrite", "list", "rename", "remove", "resume put", "resume get", "folder",
    ];

    public const string NoSuchCommand = "client has no such command";

    /// <summary>What the clients themselves cannot do; every other cell must be a pass.</summary>
    public static readonly IReadOnlySet<(string Client, string Operation)> WithoutCommand = new HashSet<(string, string)>
    {
        ("scp", "list"), ("scp", "rename"), ("scp", "remove"), ("scp", "resume put"), ("scp", "resume get"),
        ("rclone", "resume put"), ("rclone", "resume get"), ("curl", "folder"), ("paramiko", "folder"),
        ("ftps-curl", "folder"), ("ftps-ftplib", "folder"), ("ftps-rclone", "resume put"), ("ftps-rclone", "resume get"),
    };

    private readonly ConcurrentDictionary<(string Client, string Operation), string> _cells = new();

    public void Record(string client, string operation, string cell) => _cells[(client, operation)] = cell;

    public void Dispose()
    {
        if (_cells.IsEmpty)
        {
            return;
        }

        Row("client", Operations);
        foreach (var client in Clients.Keys)
        {
            Row(client, Operations.Select(operation => _cells.GetValueOrDefault((client, operation), "FAIL")));
        }
    }

    private static void Row(string name, IEnumerable<string> cells) =>
        Console.WriteLine("interop: " + string.Join(" | ", cells.Select(cell => cell.PadRight(NoSuchCommand.Length)).Prepend(name.PadRight("ssh2-sftp-client".Length))));
}
