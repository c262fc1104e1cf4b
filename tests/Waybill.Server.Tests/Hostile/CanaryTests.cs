using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Server.Tests.Hostile;

/// <summary>
/// What one customer sent never reaches another, whatever pools the server's buffers go through (security test T21): every session's bytes are made of its own
/// 16-byte canary, and every message that any session receives is searched for those of others.
/// </summary>
public sealed class CanaryTests(Template template, ITestOutputHelper output)
{
    private const int Accounts = 4;

    /// <summary>The half of each canary that they have in common, so that a foreign one can be found.</summary>
    private static readonly byte[] Mark = RandomNumberGenerator.GetBytes(8);

    /// <summary>The other halves, and whose they are: noise, so that half a canary before another field is nobody's.</summary>
    private readonly Dictionary<long, int> _owners = [];

    private byte[][] _canaries = [];

    [Fact]
    public async Task No_session_ever_receives_a_byte_of_another()
    {
        var sessions = Soak.Size("CANARY_SESSIONS", 24);
        var total = Soak.Size("CANARY_MEBIBYTES", 192) * 1024L * 1024;
        _canaries = [.. Enumerable.Range(0, sessions).Select(_ => (byte[])[.. Mark, .. RandomNumberGenerator.GetBytes(8)])];
        for (var session = 0; session < sessions; session++)
        {
            _owners.Add(BinaryPrimitives.ReadInt64BigEndian(_canaries[session].AsSpan(8)), session);
        }

        using var data = await template.CopyAsync();
        for (var account = 1; account < Accounts; account++)
        {
            await data.SetUpAsync("account", "add", User(account), "--name", "Another Telecom");
            await data.SetUpAsync("login", "add", User(account), "--account", User(account));
            await data.SetUpAsync("key", "add", User(account), data.KeyFile + ".pub");
        }

        await using var server = await RunningServer.StartAsync(data, "--set", "Limits:PerLogin=1000", "--set", "Limits:PerSource=1000");
        using var key = data.LoadKey();
        var begun = Stopwatch.StartNew();
        var foreign = new ConcurrentQueue<string>();
        var moved = await Task.WhenAll(Enumerable.Range(0, sessions).Select(session => WorkAsync(server.Port, key, session, total / sessions, foreign)));
        output.WriteLine(
            $"T21: {sessions} sessions of {Accounts} accounts, {moved.Sum() / (1024 * 1024)} MiB in {begun.Elapsed.TotalSeconds:0.0} s: {foreign.Count} foreign canaries; {Soak.Random}");
        Assert.True(foreign.IsEmpty, $"{foreign.FirstOrDefault()}; {Soak.Random}");
        Assert.True(moved.Sum() >= total);
    }

    private static string User(int account) => account == 0 ? Template.User : $"{Template.User}.{account}";

    /// <summary>Writes, reads back, lists and fails, with pieces of every size, until it has moved its share; returns how much that was.</summary>
    private async Task<long> WorkAsync(int port, SshPrivateKey key, int session, long share, ConcurrentQueue<string> foreign)
    {
        await Task.Yield();
        var random = new SeededRandom(Soak.Random.Seed + (ulong)session);
        await using var client = await Peer.LogInAsync(Peer.Source(session), port, User(session % Accounts), key);
        client.Transport.Recorder = (sent, payload) =>
        {
            if (!sent && FindForeign(payload, session) is { } other)
            {
                foreign.Enqueue($"session {session} received a canary of session {other} in a message {payload[0]} of {payload.Length} bytes");
            }
        };
        await using var sftp = await RunningServer.OpenSftpAsync(client);
        sftp.Timeout = TimeSpan.FromSeconds(60);
        var folder = $"/upload/{session}";
        Assert.Equal(SftpStatus.Ok, (await sftp.MkDirAsync(folder)).Status);
        var moved = 0L;
        for (var file = 0; moved < share; file = (file + 1) % 4)
        {
            var path = $"{folder}/{file}-{Convert.ToHexString(_canaries[session])}";
            var content = Filled(session, random.Next(1, random.OneIn(4) ? 4_000_000 : 100_000));
            await sftp.PutAsync(path, content, piece: random.Next(content.Length / 64 + 1, 200_000), pipeline: 32);
            var read = await sftp.GetAsync(path, piece: random.Next(content.Length / 64 + 1, 255_000), pipeline: 32);
            if (!content.AsSpan().SequenceEqual(read))
            {
                foreign.Enqueue($"session {session} read {read.Length} bytes that are not the {content.Length} that it wrote");
            }

            Assert.All(await sftp.ListAsync(folder), entry => Assert.True(entry.Text is "." or ".." || entry.Text.EndsWith(Convert.ToHexString(_canaries[session]), StringComparison.Ordinal)));
            Assert.NotEqual(SftpStatus.Ok, (await sftp.StatAsync($"{folder}/{Convert.ToHexString(random.Bytes(random.Next(1, 60)))}")).Status);
            moved += 2L * content.Length;
        }

        await client.DisconnectAsync();
        return moved;
    }

    private byte[] Filled(int session, int length)
    {
        var content = new byte[length];
        var canary = _canaries[session];
        for (var offset = 0; offset < length; offset += canary.Length)
        {
            canary.AsSpan(0, Math.Min(canary.Length, length - offset)).CopyTo(content.AsSpan(offset));
        }

        return content;
    }

    private int? FindForeign(ReadOnlySpan<byte> payload, int session)
    {
        while (payload.IndexOf(Mark) is var at and >= 0 && payload.Length >= at + 16)
        {
            if (_owners.TryGetValue(BinaryPrimitives.ReadInt64BigEndian(payload[(at + 8)..]), out var owner) && owner != session)
            {
                return owner;
            }

            payload = payload[(at + 8)..];
        }

        return null;
    }
}
