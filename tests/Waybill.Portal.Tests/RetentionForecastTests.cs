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
        taken[0]!.Dispose();
        Assert.NotNull(turns.TryTake());
    }
}
