using System.Collections.Concurrent;
using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>Two hundred sessions take all numbers of one range at once, and the server is killed in the middle: no number twice, none lost, each with its owner.</summary>
public sealed class AllocationTests : IAsyncLifetime
{
    private const int Numbers = 10_000;
    private const int KilledAfter = Numbers / 3;
    private const int Accounts = 4;
    private const int SessionsOfEach = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly NtsapiServer _ntsapi = new(
        "Limits:PerSource=1000", "Limits:Unauthenticated=1000", "Limits:UnauthenticatedPerSource=1000", "Limits:UnauthenticatedPerSecond=100000", "Ntsapi:CommandsPerSecond=1000000");

    private readonly Dictionary<string, string> _passwords = [];

    /// <summary>What was told to be somebody's.</summary>
    private readonly ConcurrentDictionary<string, string> _told = new();

    private readonly ConcurrentBag<string> _wrong = [];
    private readonly TaskCompletionSource _third = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _late;

    public ValueTask InitializeAsync() => _ntsapi.InitializeAsync();

    public ValueTask DisposeAsync() => _ntsapi.DisposeAsync();

    [Fact]
    public async Task No_number_is_given_twice_or_lost_and_all_have_their_owners_after_a_kill_in_the_middle()
    {
        for (var i = 0; i < Accounts; i++)
        {
            var user = (30_001 + i).ToString(CultureInfo.InvariantCulture);
            await _ntsapi.Server.CommandAsync("account", "add", user, "--name", "Reseller");
            _passwords[user] = await _ntsapi.AddLoginAsync(user, user);
        }

        var first = SessionsAsync(Numbers);
        await _third.Task.WaitAsync(Patience);
        await _ntsapi.Server.KillAsync();
        var cut = await first.WaitAsync(Patience);
        Assert.Equal(Accounts * SessionsOfEach, cut);
        var before = _told.Count;
        Assert.InRange(before, KilledAfter, Numbers - 1);

        await _ntsapi.Server.StartAsync();
        Assert.Equal(0, await SessionsAsync(Numbers).WaitAsync(Patience));
        Assert.Empty(_wrong);
        Assert.True(_late > 0, "no two sessions wanted the same number");

        // A number that was taken in the moment of the kill is somebody's who was not told.
        var owners = new Dictionary<string, string>();
        foreach (var user in _passwords.Keys)
        {
            foreach (var number in await OwnedAsync(user))
            {
                Assert.True(owners.TryAdd(number, user), $"{number} is {owners.GetValueOrDefault(number)}'s and {user}'s");
            }
        }

        Assert.Equal(Numbers, owners.Count);
        Assert.All(_told, told => Assert.Equal(told.Value, owners[told.Key]));
        Assert.InRange(Numbers - _told.Count, 0, Accounts * SessionsOfEach);
    }

    /// <summary>Runs all sessions until nothing is free; returns how many were cut off.</summary>
    private async Task<int> SessionsAsync(int stopAt)
    {
        var sessions = _passwords.Keys.SelectMany(static user => Enumerable.Repeat(user, SessionsOfEach)).Select(user => Task.Run(() => SessionAsync(user, stopAt)));
        return (await Task.WhenAll(sessions)).Count(static isCut => isCut);
    }

    private async Task<bool> SessionAsync(string user, int stopAt)
    {
        try
        {
            await using var line = await _ntsapi.LogInAsync(user, _passwords[user]);
            for (var i = 0; i < stopAt; i++)
            {
                var found = await line.AskAsync("ALLO 01224______");
                if (found == "1 No number found for allocation")
                {
                    return false;
                }

                var number = found.Split(' ')[1];
                var reply = await line.AskAsync($"ACTI {number}");
                if (reply != "0 Number activated OK")
                {
                    Interlocked.Increment(ref _late);
                    Note(reply == $"1 Number not activated: {number} is not free. Allocate another one and activate that at once.", reply);
                }
                else
                {
                    Note(_told.TryAdd(number, user), $"{number} was given to {user} and to {_told.GetValueOrDefault(number)}");
                    if (_told.Count >= KilledAfter)
                    {
                        _third.TrySetResult();
                    }
                }
            }

            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private void Note(bool isRight, string what)
    {
        if (!isRight)
        {
            _wrong.Add(what);
        }
    }

    /// <summary>The numbers of the range that an account has, as it is told itself, asked all at once.</summary>
    private async Task<List<string>> OwnedAsync(string user)
    {
        await using var line = await _ntsapi.LogInAsync(user, _passwords[user]);
        string[] all = [.. Enumerable.Range(0, Numbers).Select(static i => (1_224_000_000L + i).ToString("D11", CultureInfo.InvariantCulture))];
        var sending = line.WriteAsync(string.Concat(all.Select(static number => $"STAT {number}\n")));
        List<string> owned = [];
        foreach (var number in all)
        {
            var reply = await line.ReadAsync();
            if (reply?.StartsWith($"0 {number} Y ", StringComparison.Ordinal) == true)
            {
                owned.Add(number);
            }
            else
            {
                Assert.Equal("4 This is not one of your numbers. A number that was ported in begins with P", reply);
            }
        }

        await sending;
        return owned;
    }
}
