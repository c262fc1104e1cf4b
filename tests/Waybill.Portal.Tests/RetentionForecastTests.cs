using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Waybill.Core;
using Waybill.Portal.Staff;

namespace Waybill.Portal.Tests;

public sealed class RetentionForecastTests
{
    [Fact]
    public async Task One_forecast_is_worked_out_at_a_time()
    {
        var turns = new ForecastTurns();
        var words = new StringLocalizer<StaffTexts>(new ResourceManagerStringLocalizerFactory(Options.Create(new LocalizationOptions { ResourcesPath = "Resources" }), NullLoggerFactory.Instance));
        var taken = Enumerable.Range(0, PortalLimits.Forecasts).Select(_ => turns.TryTake()).ToList();
        Assert.All(taken, Assert.NotNull);

        // Whoever comes then is told, and the catalogue is not even asked.
        var forecast = new RetentionForecast(null!, turns, words, TimeProvider.System);
        var problem = await forecast.WorkOutAsync(Actor.System, TestContext.Current.CancellationToken);
        Assert.Equal((ProblemKind.Refused, words["RetainAtWork"].Value), (problem!.Kind, problem.Message));
        Assert.NotEqual("RetainAtWork", problem.Message);
        Assert.Null(forecast.Last);
        Assert.Equal(words["RetainAtWork"].Value, (await forecast.WorkOutAsync("10042", Actor.System, TestContext.Current.CancellationToken))!.Message);
        taken[0]!.Dispose();
        Assert.NotNull(turns.TryTake());
    }

    [Fact]
    public void The_forecasts_of_so_many_accounts_are_kept_and_the_oldest_is_forgotten()
    {
        var forecast = new RetentionForecast(null!, null!, null!, TimeProvider.System);
        for (var i = 0; i <= PortalLimits.ForecastsKept; i++)
        {
            forecast.Keep(Of($"a{i}"));
        }

        Assert.Null(forecast.LastOf("a0"));
        Assert.NotNull(forecast.LastOf("A1"));

        // Of one account the latest alone.
        var again = Of("A1");
        forecast.Keep(again);
        forecast.Keep(Of("b"));
        Assert.Same(again, forecast.LastOf("a1"));
        Assert.Null(forecast.LastOf("a2"));
        Assert.NotNull(forecast.LastOf("a3"));

        static RetentionForecast.WorkedOf Of(string account) => new(account, null!, null, [], DateTimeOffset.UnixEpoch);
    }
}
