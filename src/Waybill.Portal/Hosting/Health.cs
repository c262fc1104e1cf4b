using Microsoft.AspNetCore.Http;
using Waybill.Core.Database;

namespace Waybill.Portal.Hosting;

/// <summary>For monitors: /healthz says that the program answers, /readyz that it can work.</summary>
internal sealed class Health(WaybillDatabase database, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private long? _asked;
    private bool _ready;

    public static Task LiveAsync(HttpContext context) => AnswerAsync(context, true);

    public async Task ReadyAsync(HttpContext context)
    {
        await _asking.WaitAsync(context.RequestAborted);
        try
        {
            if (_asked is not { } asked || time.GetElapsedTime(asked) >= PortalLimits.ReadyTime)
            {
                _ready = await database.AnswersAsync(context.RequestAborted);
                _asked = time.GetTimestamp();
            }
        }
        finally
        {
            _asking.Release();
        }

        await AnswerAsync(context, _ready);
    }

    public void Dispose() => _asking.Dispose();

    private static Task AnswerAsync(HttpContext context, bool good)
    {
        context.Response.StatusCode = good ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(good ? "ok\n" : "not ready\n", context.RequestAborted);
    }
}
