using System.Security.Cryptography;
using System.Text.Json;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>The provider's own logins over all accounts, with OpenSSH's client.</summary>
public sealed class PublisherAndCollectorTests(WaybillServer server)
{
    [Fact]
    public async Task What_a_publisher_puts_the_customer_gets_and_the_audit_names_the_account()
    {
        await AddAccountAsync(server, "31001");
        var customer = new OpenSshSftp(server) { User = "31001", Key = await AddKeyAsync(server, "31001", "login", "add", "31001", "--account", "31001") };
        var publisher = new OpenSshSftp(server) { User = "billing", Key = await AddKeyAsync(server, "billing", "login", "add", "billing", "--kind", "publisher") };
        Assert.Equal(["accounts"], await publisher.ListAsync("/"));
        Assert.Contains("31001", await publisher.ListAsync("/accounts"));
        Assert.Equal(["cdr", "data", "invoice", "report", "sir"], await publisher.ListAsync("/accounts/31001"));

        var calls = server.Directory.Write("calls.csv", RandomNumberGenerator.GetBytes(300_000));
        await publisher.PutAsync(calls, "/accounts/31001/cdr/calls.csv.tmp");
        await publisher.RenameAsync("/accounts/31001/cdr/calls.csv.tmp", "/accounts/31001/cdr/calls.csv");
        Assert.Equal(["calls.csv"], await customer.ListAsync("/cdr"));
        var fetched = server.Directory.Combine("calls-fetched.csv");
        await customer.GetAsync("/cdr/calls.csv", fetched);
        Assert.Equal(Transfers.Hash(calls), Transfers.Hash(fetched));

        // Delivered once more, as a billing run that is done again does: nothing is replaced before somebody says so.
        var again = server.Directory.Write("again.csv", RandomNumberGenerator.GetBytes(1_000));
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PutAsync(again, "/accounts/31001/cdr/calls.csv"));
        Assert.Equal(Transfers.Hash(calls), Transfers.Hash(Path.Combine(VaultOf(server, "31001"), "cdr", "calls.csv")));
        await server.CommandAsync("held", "release", $"{Assert.Single(await HeldAsync("31001")).GetProperty("publication")}");
        await publisher.GetAsync("/accounts/31001/cdr/calls.csv", fetched);
        Assert.Equal(Transfers.Hash(again), Transfers.Hash(fetched));

        await File.WriteAllTextAsync(Path.Combine(VaultOf(server, "31001"), "upload", "private.csv"), "the customer's", TestContext.Current.CancellationToken);
        var stolen = server.Directory.Combine("stolen-by-publisher.csv");
        foreach (var path in new[] { "/accounts/31001/upload/private.csv", "/accounts/31001/cdr/../upload/private.csv", "/accounts/31001/CDR/calls.csv", "/31001/cdr/calls.csv", "/cdr/calls.csv" })
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.GetAsync(path, stolen));
            Assert.False(File.Exists(stolen), path);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PutAsync(calls, "/accounts/31001/upload/calls.csv"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PutAsync(calls, "/accounts/31099/cdr/calls.csv"));
        Assert.False(Directory.Exists(VaultOf(server, "31099")));

        var rows = (await AuditAsync("billing", "31001")).Select(row => (row.GetProperty("action").GetString(), row.GetProperty("subject").GetString())).ToList();
        Assert.Contains(("upload", "/cdr/calls.csv.tmp"), rows);
        Assert.Contains(("rename", "/cdr/calls.csv.tmp"), rows);
        Assert.Contains(("upload", "/cdr/calls.csv"), rows);
        Assert.Contains(("download", "/cdr/calls.csv"), rows);

        await server.CommandAsync("account", "close", "31001");
        Assert.DoesNotContain("31001", await publisher.ListAsync("/accounts"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PutAsync(calls, "/accounts/31001/cdr/late.csv"));
    }

    [Fact]
    public async Task What_customers_and_vendors_deliver_a_collector_gets_and_changes_nothing()
    {
        await AddAccountAsync(server, "31002");
        var customer = new OpenSshSftp(server) { User = "31002", Key = await AddKeyAsync(server, "31002", "login", "add", "31002", "--account", "31002") };
        var vendor = new OpenSshSftp(server) { User = "31002-acme", Key = await AddKeyAsync(server, "31002-acme", "login", "add", "--account", "31002", "--vendor", "acme") };
        var collector = new OpenSshSftp(server) { User = "office", Key = await AddKeyAsync(server, "office", "login", "add", "office", "--kind", "collector", "--start", "/inbound") };
        var orders = server.Directory.Write("orders.csv", RandomNumberGenerator.GetBytes(300_000));
        var usage = server.Directory.Write("usage.csv", RandomNumberGenerator.GetBytes(200_000));
        await customer.PutAsync(orders, "/upload/orders.csv");
        await vendor.PutAsync(usage, "/usage/usage.csv");
        await File.WriteAllTextAsync(Path.Combine(VaultOf(server, "31002"), "cdr", "calls.csv"), "published", TestContext.Current.CancellationToken);

        Assert.Contains("31002", await collector.ListAsync("."));
        Assert.Equal(["upload", "vendors"], (await collector.ListAsync("31002")).Order(StringComparer.Ordinal));
        var fetched = server.Directory.Combine("collected.csv");
        await collector.GetAsync("31002/upload/orders.csv", fetched);
        Assert.Equal(Transfers.Hash(orders), Transfers.Hash(fetched));
        await collector.GetAsync("/inbound/31002/vendors/acme/usage/usage.csv", fetched);
        Assert.Equal(Transfers.Hash(usage), Transfers.Hash(fetched));

        var stolen = server.Directory.Combine("stolen-by-collector.csv");
        await Assert.ThrowsAsync<InvalidOperationException>(() => collector.GetAsync("/inbound/31002/cdr/calls.csv", stolen));
        Assert.False(File.Exists(stolen));
        await Assert.ThrowsAsync<InvalidOperationException>(() => collector.PutAsync(orders, "/inbound/31002/upload/forged.csv"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => collector.RemoveAsync("/inbound/31002/cdr/calls.csv"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => collector.RenameAsync("/inbound/31002/upload/orders.csv", "/inbound/31002/upload/done.csv"));
        Assert.Equal(["orders.csv"], await customer.ListAsync("/upload"));

        var rows = (await AuditAsync("office", "31002")).Select(row =>
            (row.GetProperty("action").GetString(), row.GetProperty("subject").GetString(), row.GetProperty("outcome").GetString())).ToList();
        Assert.Contains(("download", "/upload/orders.csv", "done"), rows);
        Assert.Contains(("download", "/vendors/acme/usage/usage.csv", "done"), rows);
        Assert.Contains(("upload", "/upload/forged.csv", "refused"), rows);
        Assert.Contains(("rename", "/upload/orders.csv", "refused"), rows);
        Assert.Contains(("remove", "/cdr/calls.csv", "refused"), rows);
    }

    [Fact]
    public async Task What_a_collectors_scripts_have_fetched_and_deleted_or_moved_is_processed_and_its_sender_sees_it()
    {
        await AddAccountAsync(server, "31007");
        var customer = new OpenSshSftp(server) { User = "31007", Key = await AddKeyAsync(server, "31007", "login", "add", "31007", "--account", "31007") };
        var vendor = new OpenSshSftp(server) { User = "31007-acme", Key = await AddKeyAsync(server, "31007-acme", "login", "add", "--account", "31007", "--vendor", "acme") };
        var key = await AddKeyAsync(server, "clerk", "login", "add", "clerk", "--kind", "collector");
        var (sftp, lftp, rclone) = (new OpenSshSftp(server) { User = "clerk", Key = key }, new Lftp(server) { User = "clerk", Key = key }, new Rclone(server) { User = "clerk", Key = key });
        var orders = server.Directory.Write("orders7.csv", RandomNumberGenerator.GetBytes(300_000));
        await customer.PutAsync(orders, "/upload/orders.csv");
        await customer.PutAsync(orders, "/upload/claimed.csv");
        await OfferedAsync("31007", 2);

        // lftp shows the server's words. Not before it was fetched, not what another has claimed, and nowhere else than to the place for it.
        await RefusedAsync(() => lftp.RemoveAsync("/inbound/31007/upload/orders.csv"), "has not fetched all of this file");
        var fetched = server.Directory.Combine("collected7.csv");
        await sftp.GetAsync("/inbound/31007/upload/claimed.csv", fetched);
        var claimed = (await InboundAsync("31007")).Single(file => file.GetProperty("path").GetString() == "/upload/claimed.csv").GetProperty("id").GetInt64();
        await server.CommandAsync("inbound", "claim", $"{claimed}", "--as", "billing");
        await RefusedAsync(() => lftp.RemoveAsync("/inbound/31007/upload/claimed.csv"), "is claimed by billing until");
        await RefusedAsync(() => lftp.RenameAsync("/inbound/31007/upload/claimed.csv", "/inbound/31007/upload/done.csv"), "moves it to /processed");
        await server.CommandAsync("inbound", "confirm", $"{claimed}", "--as", "billing");

        await sftp.GetAsync("/inbound/31007/upload/orders.csv", fetched);
        Assert.Equal(Transfers.Hash(orders), Transfers.Hash(fetched));
        await sftp.RemoveAsync("/inbound/31007/upload/orders.csv");
        await RefusedAsync(() => lftp.RemoveAsync("/inbound/31007/upload/orders.csv"), "it was confirmed already");
        Assert.Equal(["claimed.csv", "orders.csv"], (await customer.ListAsync("/processed")).Order(StringComparer.Ordinal));

        await customer.PutAsync(orders, "/upload/moved.csv");
        await OfferedAsync("31007", 1);
        await sftp.GetAsync("/inbound/31007/upload/moved.csv", fetched);
        await sftp.RenameAsync("/inbound/31007/upload/moved.csv", "/processed/moved.csv");

        foreach (var (name, collect) in new (string, Func<string, Task>)[]
        {
            ("lftp", local => lftp.CollectFolderAsync("/inbound/31007", local)), ("rclone", local => rclone.CollectFolderAsync("/inbound/31007", local)),
        })
        {
            await customer.PutAsync(orders, $"/upload/{name}.csv");
            await customer.PutAsync(server.Directory.Write("empty", []), $"/upload/{name}.empty");
            await vendor.PutAsync(orders, $"/usage/{name}.csv");
            await OfferedAsync("31007", 3);
            var local = server.Directory.Combine("collected-by-" + name);
            Directory.CreateDirectory(local);
            await collect(local);
            Assert.Equal(3, Directory.GetFiles(local, "*", SearchOption.AllDirectories).Length);
            Assert.Equal(2, Directory.GetFiles(local, name + ".csv", SearchOption.AllDirectories).Count(file => Transfers.Hash(file) == Transfers.Hash(orders)));
            await OfferedAsync("31007", 0);
        }

        Assert.Empty(await customer.ListAsync("/upload"));
        Assert.Equal(7, (await customer.ListAsync("/processed")).Count);
        Assert.Equal(["lftp.csv", "rclone.csv"], (await vendor.ListAsync("/processed")).Order(StringComparer.Ordinal));
        var files = await InboundAsync("31007");
        Assert.Equal(9, files.Count);
        Assert.All(files, file => Assert.Equal("processed", file.GetProperty("state").GetString()));
        Assert.Equal(8, files.Count(file => file.GetProperty("decidedBy").GetString() == "clerk" && file.GetProperty("decided").GetDateTimeOffset() > DateTimeOffset.UnixEpoch));

        // The server may be faster to end a move that was decided on; who decided stands in the row all the same.
        var output = (await server.CommandAsync("audit", "search", "--action", "file-processed", "--account", "31007", "--json")).Output;
        var processed = JsonDocument.Parse(output).RootElement.EnumerateArray().Select(row => row.GetProperty("detail").GetString()!).ToList();
        Assert.Equal(9, processed.Count);
        Assert.Equal(8, processed.Count(detail => detail.Contains("\"by\":\"clerk\"", StringComparison.Ordinal)));
        Assert.DoesNotContain(await AuditAsync("clerk", "31007"), row => row.GetProperty("action").GetString() is "remove" or "rename" && row.GetProperty("outcome").GetString() == "done");
    }

    [Fact]
    public async Task Scp_and_sshfs_see_the_same_tree()
    {
        await AddAccountAsync(server, "31003");
        var key = await AddKeyAsync(server, "tools", "login", "add", "tools", "--kind", "publisher");
        var bill = server.Directory.Write("bill.pdf", RandomNumberGenerator.GetBytes(100_000));
        var scp = new Scp(server) { User = "tools", Key = key };
        await scp.PutAsync(bill, "/accounts/31003/invoice/scp.pdf");
        var sshfs = new Sshfs(server) { User = "tools", Key = key };
        await sshfs.PutAsync(bill, "/accounts/31003/invoice/sshfs.pdf");
        Assert.Equal(["scp.pdf", "sshfs.pdf"], await sshfs.ListAsync("/accounts/31003/invoice"));
        await sshfs.RenameAsync("/accounts/31003/invoice/sshfs.pdf", "/accounts/31003/invoice/moved.pdf");
        foreach (var name in new[] { "scp.pdf", "moved.pdf" })
        {
            Assert.Equal(Transfers.Hash(bill), Transfers.Hash(Path.Combine(VaultOf(server, "31003"), "invoices", name)));
        }
    }

    [Fact]
    public async Task A_collectors_tool_fetches_all_accounts_in_one_run()
    {
        // A server of its own: in the shared one files of other tests come and go under the walk.
        await using var own = new WaybillServer();
        await own.InitializeAsync();
        string[] numbers = ["31004", "31005", "31006"];
        foreach (var number in numbers)
        {
            await AddAccountAsync(own, number);
            Directory.CreateDirectory(Path.Combine(VaultOf(own, number), "vendors", "acme", "usage"));
            await File.WriteAllTextAsync(Path.Combine(VaultOf(own, number), "upload", "orders.csv"), "orders of " + number, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(VaultOf(own, number), "vendors", "acme", "usage", "usage.csv"), "usage of " + number, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(VaultOf(own, number), "invoices", "bill.pdf"), "not the collector's", TestContext.Current.CancellationToken);
        }

        var key = await AddKeyAsync(own, "fetcher", "login", "add", "fetcher", "--kind", "collector");
        var legacy = own.Directory.Combine("scp");
        Directory.CreateDirectory(legacy);
        await WaybillServer.RequireAsync("scp",
            ["-O", "-q", "-r", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={own.KnownHosts}", "-i", key, "-P", $"{own.Port}", "fetcher@127.0.0.1:/inbound", legacy]);
        foreach (var client in new InteropClient[] { new Rclone(own) { User = "fetcher", Key = key }, new Lftp(own) { User = "fetcher", Key = key } })
        {
            Directory.CreateDirectory(own.Directory.Combine(client.Name));
            await client.GetFolderAsync("/inbound", own.Directory.Combine(client.Name))!;
        }

        foreach (var tool in new[] { "scp", "rclone", "lftp" })
        {
            foreach (var number in numbers)
            {
                var fetched = own.Directory.Combine(tool, "inbound", number);
                Assert.Equal("orders of " + number, await File.ReadAllTextAsync(Path.Combine(fetched, "upload", "orders.csv"), TestContext.Current.CancellationToken));
                Assert.Equal("usage of " + number, await File.ReadAllTextAsync(Path.Combine(fetched, "vendors", "acme", "usage", "usage.csv"), TestContext.Current.CancellationToken));
                Assert.Equal(2, Directory.GetFiles(fetched, "*", SearchOption.AllDirectories).Length);
            }
        }
    }

    [Fact]
    public async Task A_duplicate_is_held_however_it_comes_and_the_client_is_told()
    {
        await AddAccountAsync(server, "31017");
        var publisher = new OpenSshSftp(server) { User = "rerun", Key = await AddKeyAsync(server, "rerun", "login", "add", "rerun", "--kind", "publisher") };
        const string Target = "/accounts/31017/invoice/june.csv";
        string[] contents = ["first", "by sftp", "by rename", "by scp"];
        var files = contents.Select(content => server.Directory.Write($"rerun-{content}.csv", System.Text.Encoding.ASCII.GetBytes(content))).ToList();
        await publisher.PutAsync(files[0], Target);

        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.PutAsync(files[1], Target));
        await publisher.PutAsync(files[2], Target + ".filepart");
        await Assert.ThrowsAsync<InvalidOperationException>(() => publisher.RenameAsync(Target + ".filepart", Target));
        var scp = await ExternalProcess.RunAsync("scp",
            ["-O", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={server.KnownHosts}", "-i", publisher.Key!, "-P", $"{server.Port}", files[3], $"rerun@127.0.0.1:{Target}"]);
        Assert.NotEqual(0, scp.ExitCode);
        Assert.Contains("Held as a duplicate, publication ", scp.ErrorOutput, StringComparison.Ordinal);

        Assert.Equal(["june.csv"], await publisher.ListAsync("/accounts/31017/invoice"));
        Assert.Equal("first", await File.ReadAllTextAsync(Path.Combine(VaultOf(server, "31017"), "invoices", "june.csv"), TestContext.Current.CancellationToken));
        var held = await HeldAsync("31017");
        Assert.Equal(contents[1..], held.Select(static set => File.ReadAllText(set.GetProperty("files")[0].GetProperty("content").GetString()!)));
        Assert.All(held, static set => Assert.Equal(("rerun", "present"), (set.GetProperty("publisher").GetString(), set.GetProperty("files")[0].GetProperty("held").GetString())));
        Assert.Equal(3, (await AuditAsync("rerun", "31017")).Count(static row => row.GetProperty("action").GetString() == "file-held"));
    }

    private async Task<List<JsonElement>> HeldAsync(string account)
    {
        var output = (await server.CommandAsync("held", "list", "--account", account, "--json")).Output;
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Select(set => set.Clone())];
    }

    private static string VaultOf(WaybillServer server, string number) => Path.Combine(server.Data, "vaults", number);

    private static async Task AddAccountAsync(WaybillServer server, string number) => await server.CommandAsync("account", "add", number, "--name", "Customer " + number);

    /// <summary>Adds a login with a key of its own; returns the private key's file.</summary>
    private static async Task<string> AddKeyAsync(WaybillServer server, string user, params string[] login)
    {
        var key = server.Directory.Combine("id_" + user);
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", user, "-f", key]);
        await server.CommandAsync(login);
        await server.CommandAsync("key", "add", user, key + ".pub");
        return key;
    }

    private static async Task RefusedAsync(Func<Task> act, string words) =>
        Assert.Contains(words, (await Assert.ThrowsAsync<InvalidOperationException>(act)).Message, StringComparison.Ordinal);

    /// <summary>Waits until so many files of an account are offered; its senders' sessions have ended.</summary>
    private async Task OfferedAsync(string account, int count)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await InboundAsync(account)).Count(file => file.GetProperty("state").GetString() == "waiting") != count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"not {count} files are offered");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private async Task<List<JsonElement>> InboundAsync(string account)
    {
        var output = (await server.CommandAsync("inbound", "list", "--all", "--account", account, "--json")).Output;
        return [.. JsonDocument.Parse(output).RootElement.GetProperty("items").EnumerateArray().Select(file => file.Clone())];
    }

    private async Task<List<JsonElement>> AuditAsync(string actor, string account)
    {
        var output = (await server.CommandAsync("audit", "search", "--actor", actor, "--account", account, "--json")).Output;
        return [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Select(row => row.Clone())];
    }
}
