using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Database;
using Waybill.Core.Scheduling;
using Waybill.Server.Scheduling;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Scheduling;

/// <summary>Jobs run at their times by the server's clock, and what was missed is made up for once.</summary>
public sealed class JobSchedulerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Schedule AtTwo = Schedule.Daily(new TimeOnly(2, 0), TimeZoneInfo.Utc);

    [Fact]
    public async Task A_job_runs_at_its_time_and_the_row_says_how_it_ended()
    {
        await using var place = new Place();
        var job = new CountedJob("daily", AtTwo) { Answer = new Outcome(new Problem(ProblemKind.Refused, "not today")) };
        await using var scheduler = await place.StartAsync(job);
        place.Time.Advance(TimeSpan.FromHours(13.99));
        await Task.Delay(50);
        Assert.Equal(0, job.Runs);
        place.Time.Advance(TimeSpan.FromHours(0.01));
        await place.AdvanceUntilAsync(() => job.Runs == 1, TimeSpan.FromSeconds(1));
        Assert.InRange(job.Last, place.Start.AddHours(14), place.Start.AddHours(14.1));
        await Place.UntilAsync(async () => (await place.Ledger.ListAsync())[0].Ended is not null);
        Assert.Equal("not today", (await place.Ledger.ListAsync())[0].Problem);

        job.Answer = Outcome.Done;
        place.Time.Advance(place.Start.AddHours(38) - place.Time.GetUtcNow());
        await place.AdvanceUntilAsync(() => job.Runs == 2, TimeSpan.FromSeconds(1));
        Assert.InRange(job.Last, place.Start.AddHours(38), place.Start.AddHours(38.1));
        await Place.UntilAsync(async () => (await place.Ledger.ListAsync())[0] is { Ended: not null, Problem: null });
    }

    [Fact]
    public async Task What_was_missed_is_done_once_at_the_start_and_a_first_start_makes_up_for_nothing()
    {
        await using var place = new Place();
        var job = new CountedJob("daily", AtTwo);
        await using (await place.StartAsync(job))
        {
        }

        Assert.Equal(0, job.Runs);
        place.Time.Advance(TimeSpan.FromDays(10));
        await using (await place.StartAsync(job))
        {
            await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == 1));
        }

        await using (await place.StartAsync(job))
        {
        }

        Assert.Equal(1, job.Runs);
    }

    [Fact]
    public async Task A_start_in_the_very_second_in_which_a_job_is_due_does_it_once()
    {
        await using var place = new Place();
        var job = new CountedJob("daily", AtTwo);
        await using (await place.StartAsync(job))
        {
        }

        place.Time.Advance(place.Start.Date.AddDays(1).AddHours(2) - place.Start.DateTime);
        await using (await place.StartAsync(job))
        {
            await Place.UntilAsync(() => ValueTask.FromResult(job.Runs > 0));
            await Task.Delay(300);
        }

        Assert.Equal(1, job.Runs);
    }

    [Fact]
    public async Task A_job_that_a_stop_cut_off_begins_again_at_the_next_start()
    {
        await using var place = new Place();
        var job = new CountedJob("daily", AtTwo) { Forever = true };
        await using (await place.StartAsync(job))
        {
            place.Time.Advance(TimeSpan.FromHours(14));
            await place.AdvanceUntilAsync(() => job.Runs == 1, TimeSpan.FromSeconds(1));
        }

        job.Forever = false;
        await using (await place.StartAsync(job))
        {
            await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == 2));
        }

        Assert.NotNull((await place.Ledger.ListAsync())[0].Ended);
    }

    [Fact]
    public async Task A_job_of_an_interval_runs_at_the_start_and_then_in_its_interval()
    {
        await using var place = new Place();
        var job = new CountedJob("often", Schedule.Every(TimeSpan.FromMinutes(90))) { IsDueAtStart = true };
        await using var scheduler = await place.StartAsync(job);
        await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == 1));
        place.Time.Advance(TimeSpan.FromMinutes(89));
        await Task.Delay(50);
        Assert.Equal(1, job.Runs);
        place.Time.Advance(TimeSpan.FromMinutes(1));
        await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == 2));
        Assert.Equal(place.Start.AddMinutes(90), job.Last);
        Assert.Equal("every 90 minutes", job.Schedule.Text);
    }

    [Fact]
    public async Task A_job_that_never_waits_does_not_hold_the_start_up()
    {
        await using var place = new Place();
        using var gate = new ManualResetEventSlim();
        var job = new CountedJob("scan", Schedule.Every(TimeSpan.FromMinutes(90))) { IsDueAtStart = true, Busy = gate };
        var starting = Task.Run(() => place.StartAsync(job));
        try
        {
            await starting.WaitAsync(Patience);
            await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == 1));
        }
        finally
        {
            gate.Set();
        }

        await (await starting).DisposeAsync();
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_put_off_a_job_of_an_interval()
    {
        await using var place = new Place();
        var clock = new ShiftedTime(place.Time);
        var job = new CountedJob("often", Schedule.Every(TimeSpan.FromMinutes(60))) { Time = clock };
        await using var scheduler = new JobScheduler(place.Ledger, [job], clock, NullLoggerFactory.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        clock.Ahead = TimeSpan.FromDays(-7);
        for (var run = 1; run <= 3; run++)
        {
            place.Time.Advance(TimeSpan.FromMinutes(60));
            await Place.UntilAsync(() => ValueTask.FromResult(job.Runs == run));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clock_that_was_ahead_and_is_set_right_does_not_put_off_a_job_of_set_times_until_the_wrong_date(bool fromTheStart)
    {
        await using var place = new Place();
        var clock = new ShiftedTime(place.Time) { Ahead = fromTheStart ? TimeSpan.FromDays(365) : TimeSpan.Zero };
        var job = new CountedJob("daily", AtTwo) { Time = clock };
        await using var scheduler = new JobScheduler(place.Ledger, [job], clock, NullLoggerFactory.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        if (!fromTheStart)
        {
            // It is done at once then, as what was missed.
            clock.Ahead = TimeSpan.FromDays(365);
            await place.AdvanceUntilAsync(() => job.Runs == 1, TimeSpan.FromSeconds(30));
        }

        var before = job.Runs;
        clock.Ahead = TimeSpan.Zero;
        place.Time.Advance(place.Start.AddHours(13.9) - place.Time.GetUtcNow());
        await Task.Delay(50);
        Assert.Equal(before, job.Runs);
        await place.AdvanceUntilAsync(() => job.Runs > before, JobScheduler.LookInterval);
        Assert.InRange(job.Last, place.Start.AddHours(14), place.Start.AddHours(14.1));
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(0, 25)]
    public async Task A_small_correction_of_the_clock_does_not_make_a_job_run_twice(int minutesAhead, int minutesOfJump)
    {
        await using var place = new Place();
        var clock = new ShiftedTime(place.Time) { Ahead = TimeSpan.FromMinutes(minutesAhead) };
        var job = new CountedJob("daily", AtTwo) { Time = clock };
        await using var scheduler = new JobScheduler(place.Ledger, [job], clock, NullLoggerFactory.Instance);
        await scheduler.StartAsync(CancellationToken.None);
        place.Time.Advance(TimeSpan.FromHours(13.8));

        // A clock that jumps over the time has the job done at once, a while behind it.
        clock.Ahead += TimeSpan.FromMinutes(minutesOfJump);
        await place.AdvanceUntilAsync(() => job.Runs == 1, TimeSpan.FromSeconds(10));
        clock.Ahead = TimeSpan.Zero;
        while (place.Time.GetUtcNow() < place.Start.AddHours(14.2))
        {
            place.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(20);
        }

        Assert.Equal(1, job.Runs);
        place.Time.Advance(place.Start.AddHours(37.9) - place.Time.GetUtcNow());
        await place.AdvanceUntilAsync(() => job.Runs == 2, TimeSpan.FromSeconds(10));
        Assert.InRange(job.Last, place.Start.AddHours(38), place.Start.AddHours(38.1));
    }

    [Fact]
    public async Task Only_so_many_jobs_run_at_once_and_none_beside_itself()
    {
        await using var place = new Place();
        var minutely = Schedule.At("0 * * * * ?", TimeZoneInfo.Utc);
        CountedJob[] jobs = [.. Enumerable.Range(0, JobScheduler.AtOnce + 2).Select(i => new CountedJob($"job{i}", minutely) { Forever = true })];
        await using var scheduler = await place.StartAsync(jobs);
        await place.AdvanceUntilAsync(() => jobs.Sum(job => job.Runs) == JobScheduler.AtOnce, TimeSpan.FromMinutes(1));
        for (var i = 0; i < 20; i++)
        {
            place.Time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10);
        }

        Assert.Equal(JobScheduler.AtOnce, jobs.Sum(job => job.Runs));
        Assert.All(jobs, job => Assert.InRange(job.Runs, 0, 1));
    }

    [Fact]
    public async Task The_words_of_a_problem_are_cut()
    {
        await using var place = new Place();
        await place.Ledger.FindAsync("daily", place.Start);
        await place.Ledger.EndAsync("daily", place.Start, place.Start, new string('x', ScheduleLedger.MaximumProblem + 1));
        Assert.Equal(ScheduleLedger.MaximumProblem, (await place.Ledger.ListAsync())[0].Problem!.Length);
    }

    [Theory]
    [InlineData("2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("2026-06-28T12:00Z", "2026-06-29T00:30Z")]
    [InlineData("2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    public void Times_are_those_of_the_zone_also_on_the_days_when_its_clocks_change(string now, string next) => Assert.Equal(
        DateTimeOffset.Parse(next, System.Globalization.CultureInfo.InvariantCulture),
        Schedule.Daily(new TimeOnly(1, 30), TimeZoneInfo.FindSystemTimeZoneById("Europe/London")).After(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)));

    private sealed class CountedJob(string name, Schedule schedule) : IScheduledJob
    {
        private int _runs;

        public string Name => name;

        public Schedule Schedule => schedule;

        public bool IsDueAtStart { get; init; }

        public TimeProvider? Time { get; set; }

        public Outcome Answer { get; set; }

        public bool Forever { get; set; }

        /// <summary>Blocks its thread until it is set.</summary>
        public ManualResetEventSlim? Busy { get; init; }

        public int Runs => Volatile.Read(ref _runs);

        public DateTimeOffset Last { get; private set; }

        public async ValueTask<Outcome> RunAsync(CancellationToken cancellationToken)
        {
            Last = Time!.GetUtcNow();
            Interlocked.Increment(ref _runs);
            Busy?.Wait(Patience, CancellationToken.None);
            if (Forever)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return Answer;
        }
    }

    private sealed class Place : IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private readonly WaybillDatabase _database;

        public Place()
        {
            _database = WaybillDatabase.Create(_directory.Combine("waybill.db")).Value!;
            Ledger = new ScheduleLedger(_database);
            Start = Time.GetUtcNow();
        }

        public FakeTimeProvider Time { get; } = new();

        public DateTimeOffset Start { get; }

        public ScheduleLedger Ledger { get; }

        public async Task<JobScheduler> StartAsync(params CountedJob[] jobs)
        {
            foreach (var job in jobs)
            {
                job.Time = Time;
            }

            var scheduler = new JobScheduler(Ledger, jobs, Time, NullLoggerFactory.Instance);
            await scheduler.StartAsync(CancellationToken.None);
            return scheduler;
        }

        /// <summary>Waits until something has happened, and moves the clock on by a step ten times a second: the scheduler may set a timer just after a step.</summary>
        public Task AdvanceUntilAsync(Func<bool> happened, TimeSpan step)
        {
            var waits = 0;
            return UntilAsync(() =>
            {
                if (!happened() && ++waits % 20 == 0)
                {
                    Time.Advance(step);
                }

                return ValueTask.FromResult(happened());
            });
        }

        public static async Task UntilAsync(Func<ValueTask<bool>> happened)
        {
            var waited = System.Diagnostics.Stopwatch.StartNew();
            while (!await happened())
            {
                Assert.True(waited.Elapsed < Patience, "nothing happened");
                await Task.Delay(5);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _database.DisposeAsync();
            _directory.Dispose();
        }
    }
}
