using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Fuzz.Targets;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz;

/// <summary>
/// Real clients do some work through the real server, and what they sent is kept, decrypted, as inputs to mutate: each target gets its part of the session.
/// The keys are the fuzzer's own, which protect nothing.
/// </summary>
internal static class ClientRecorder
{
    private static readonly TimeSpan ClientTime = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(TextWriter output)
    {
        using var directory = new TemporaryDirectory();
        var key = directory.Write("key", PrivateKeyFile.WriteOpenSsh(FuzzKeys.Ed25519, "fuzz"));
        await RequireAsync("chmod", ["600", key]);
        var file = directory.Write("calls.csv", "G,0,10020,01632960123\r\n");
        var puttyKey = directory.Combine("key.ppk");
        await RequireAsync("puttygen", [key, "-O", "private", "-o", puttyKey]);
        var fingerprint = "SHA256:" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(FuzzKeys.Ed25519.PublicKey.Blob.Span)).TrimEnd('=');
        var batch = directory.Write("psftp", $"put {file} /upload/calls.csv\nls /upload\nget /upload/a {file}\nmv /upload/calls.csv /upload/b\nchmod 600 /upload/b\nmkdir /upload/d\nrmdir /upload/d\nrm /upload/b\nquit\n");
        string[] ssh = ["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-i", key];
        await RecordAsync("openssh", port => RequireAsync("sftp", [.. ssh, "-P", $"{port}", "-b", "-", $"{FuzzApplication.User}@127.0.0.1"],
            $"put -p {file} /upload/calls.csv\nls -l /upload\nget /upload/a {file}\nrename /upload/calls.csv /upload/b\nchmod 600 /upload/b\nln -s b /upload/l\ndf /upload\nmkdir /upload/d\nrmdir /upload/d\nrm /upload/b\n"));
        await RecordAsync("putty", port => RequireAsync("psftp",
            ["-batch", "-noagent", "-hostkey", fingerprint, "-i", puttyKey, "-P", $"{port}", "-b", batch, $"{FuzzApplication.User}@127.0.0.1"], home: directory.FullName));
        await RecordAsync("lftp", port => RequireAsync("lftp",
            ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; set sftp:connect-program \"ssh -a -x {string.Join(' ', ssh)}\"; " +
                $"open sftp://{FuzzApplication.User}:@127.0.0.1:{port}; put {file} -o /upload/calls.csv; cls -l /upload/; get /upload/a -o {file}.2; mv /upload/calls.csv /upload/b; rm /upload/b"],
            home: directory.FullName));

        async Task RecordAsync(string name, Func<int, Task> client)
        {
            var messages = await ServeAsync(client);
            foreach (var (target, input) in Split(messages))
            {
                var path = Path.Combine(Corpus.FolderOf(target), $"client-{name}{(target is SessionTarget ? $"-{input[4]}" : "")}.bin");
                await File.WriteAllBytesAsync(path, input);
                output.WriteLine($"{target.Name}: {Path.GetFileName(path)}, {input.Length} bytes");
            }
        }
    }

    /// <summary>Each message that the gate let through, from the first session that a client opens.</summary>
    private static async Task<List<byte[]>> ServeAsync(Func<int, Task> client)
    {
        var messages = new List<byte[]>();
        var options = new SshServerOptions { HostKeys = [FuzzKeys.Ed25519], MessagePassed = payload => messages.Add(payload.ToArray()) };
        var handler = new SshConnectionHandler(options, new FuzzApplication(), TimeProvider.System, NullLoggerFactory.Instance);
        ListenOptions? bound = null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            bound = listen;
            listen.Run(handler.OnConnectedAsync);
        }));
        await using var host = builder.Build();
        await host.StartAsync();
        await client(bound!.IPEndPoint!.Port);
        await host.StopAsync();
        return messages;
    }

    private static IEnumerable<(IFuzzTarget Target, byte[] Input)> Split(List<byte[]> messages)
    {
        static bool IsExchange(byte[] message) => message[0] is >= SshMessage.KexInit and <= 49;
        static bool IsAuthentication(byte[] message) => message[0] is SshMessage.ServiceRequest or SshMessage.UserAuthRequest;
        var login = messages.FindLastIndex(IsAuthentication) + 1;
        var authentication = messages.Where(IsAuthentication).ToArray();
        var session = messages.Skip(login).ToArray();
        var channel = session.Where(message => message[0] is >= SshMessage.ChannelOpen and <= SshMessage.ChannelFailure).ToArray();
        yield return (new KexInitTarget(), messages.First(message => message[0] == SshMessage.KexInit));
        yield return (new UserAuthTarget(), FuzzFrames.Write(authentication));
        yield return (new ChannelTarget(), FuzzFrames.Write(channel));
        yield return (new SftpRequestTarget(), [0, .. Requests(channel)]);
        yield return (new SessionTarget(), SessionTarget.AfterVersions(messages.Where(IsExchange)));
        yield return (new SessionTarget(), SessionTarget.AfterKeyExchange(authentication));
        yield return (new SessionTarget(), SessionTarget.AfterLogin(session));
    }

    /// <summary>The SFTP stream behind INIT, its handles replaced by those that the target has open: a recorded handle is worth nothing in another session.</summary>
    private static byte[] Requests(byte[][] channel)
    {
        const int HandleAt = 1 + 4 + 4;
        var stream = channel.Where(message => message[0] == SshMessage.ChannelData).SelectMany(message => message.Skip(HandleAt)).ToArray();
        var requests = FuzzFrames.Read(stream).Where(request => request[0] != SftpPacket.Init).ToArray();
        var handles = new Dictionary<string, byte[]>();
        foreach (var request in requests)
        {
            byte[]? known = request[0] switch
            {
                SftpPacket.Read => SftpRequestTarget.ReadingHandle,
                SftpPacket.Write => SftpRequestTarget.WritingHandle,
                SftpPacket.ReadDir => SftpRequestTarget.ListingHandle,
                _ => null,
            };
            if (known is not null)
            {
                handles[Encoding.Latin1.GetString(request, HandleAt, known.Length)] = known;
            }
        }

        return FuzzFrames.Write(requests.Select(request => Encoding.Latin1.GetBytes(
            handles.Aggregate(Encoding.Latin1.GetString(request), (text, pair) => text.Replace(pair.Key, Encoding.Latin1.GetString(pair.Value), StringComparison.Ordinal)))));
    }

    private static async Task RequireAsync(string program, string[] arguments, string? input = null, string? home = null)
    {
        var outcome = await ExternalProcess.RunAsync(
            program, arguments, input, ClientTime, environment: home is null ? null : new Dictionary<string, string?> { ["HOME"] = home });
        if (outcome.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {outcome}");
        }
    }
}
