using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>quota set | list | show</c>, and what <c>account show</c> says.</summary>
public sealed class QuotaTests(Template template)
{
    [Fact]
    public async Task Limits_are_set_shown_and_taken_back()
    {
        using var data = await template.CopyAsync();
        Assert.Equal("(none)\n", await data.OutputAsync("quota", "list"));
        Assert.Equal("account 10020 has 0 bytes of 10 GiB, 0 files\n", await data.OutputAsync("quota", "set", "--account", "10020", "--bytes", "10GiB"));
        Assert.Equal("account 10020 has 0 bytes of 10 GiB, 0 of 5000 files\n", await data.OutputAsync("quota", "set", "--account", "10020", "--files", "5000"));
        Assert.Equal("account 10020 has by login 10020: 0 bytes of 476.8 MiB, 0 files\n", await data.OutputAsync("quota", "set", "--login", "10020", "--bytes", "500MB"));
        data.Sql("INSERT INTO file (account_id, path, size, arrived_at, login, protocol) SELECT id, '/upload/a', 10200547328, 0, NULL, 'sftp' FROM account");
        Assert.Equal(
            "ACCOUNT  LOGIN  STORED   LIMIT      FILES  LIMIT  USED\n10020           9.5 GiB  10 GiB     1      5000   95 %\n10020    10020  0 bytes  476.8 MiB  0      -      0 %\n",
            await data.OutputAsync("quota", "list"));
        Assert.Contains("stored   9.5 GiB of 10 GiB, 1 of 5000 files (95 % used)\nstored   by login 10020: 0 bytes of 476.8 MiB, 0 files\n", await data.OutputAsync("account", "show", "10020"), StringComparison.Ordinal);
        Assert.Equal("by login 10020: 0 bytes of 476.8 MiB, 0 files\n", await data.OutputAsync("quota", "show", "--login", "10020"));
        var json = (await data.JsonAsync("quota", "show", "--account", "10020"))[0];
        Assert.Equal((10_200_547_328, 10_737_418_240, 95), (json.GetProperty("bytes").GetInt64(), json.GetProperty("maximumBytes").GetInt64(), json.GetProperty("percent").GetInt32()));
        await data.SetUpAsync("quota", "set", "--account", "10020", "--bytes", "none", "--files", "none");
        Assert.Equal("9.5 GiB, 1 files\nby login 10020: 0 bytes of 476.8 MiB, 0 files\n", await data.OutputAsync("quota", "show", "--account", "10020"));
        Assert.Equal("bytes unlimited, files unlimited", (await data.AuditAsync("quota-set")).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("is not a size, as 10GiB, 500MB or none", await data.RefusedAsync(2, "quota", "set", "--account", "10020", "--bytes", "lots"), StringComparison.Ordinal);
        Assert.Contains("is not a number, as 1000 or none", await data.RefusedAsync(2, "quota", "set", "--account", "10020", "--files", "-1"), StringComparison.Ordinal);
        Assert.Contains("--account NUMBER or --login USER", await data.RefusedAsync(2, "quota", "set", "--bytes", "1"), StringComparison.Ordinal);
        Assert.Contains("--account NUMBER or --login USER", await data.RefusedAsync(2, "quota", "show", "--account", "10020", "--login", "10020"), StringComparison.Ordinal);
        Assert.Contains("--bytes SIZE, --files N", await data.RefusedAsync(2, "quota", "set", "--account", "10020"), StringComparison.Ordinal);
        Assert.Contains("There is no account 77", await data.RefusedAsync(1, "quota", "set", "--account", "77", "--bytes", "1"), StringComparison.Ordinal);
        Assert.Contains("has no quota", await RefusedForPublisherAsync(data), StringComparison.Ordinal);
    }

    private static async Task<string> RefusedForPublisherAsync(Data data)
    {
        await data.SetUpAsync("login", "add", "billing", "--kind", "publisher");
        return await data.RefusedAsync(1, "quota", "set", "--login", "billing", "--bytes", "1");
    }
}
