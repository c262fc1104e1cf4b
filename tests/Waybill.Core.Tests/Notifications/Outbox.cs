using System.Net;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Events;
using Waybill.Core.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>A core with accounts and events, and dispatchers over it.</summary>
internal sealed class Outbox : IAsyncDisposable
{
    public const string Support = "support@provider.test";
    public const string Customer = "billing@customer.test";

    private NotificationDispatcher? _dispatcher;

    private Outbox(TestCore core) => Core = core;

    public TestCore Core { get; }

    public NotificationOptions Options { get; set; } = null!;

    /// <summary>The dispatcher's clock, where somebody sets it wrong.</summary>
    public ShiftedTime Clock => field ??= new ShiftedTime(Time);

    /// <summary>Instead of what the options say.</summary>
    public Func<IMailTransport>? Transport { get; set; }

    public FakeTimeProvider Time => Core.Time;

    public static async Task<Outbox> CreateAsync(int port = 0, string? zone = null, params TopicRule[] topics)
    {
        var core = await TestCore.CreateAsync();
        (await core.Services.Accounts.AddAsync(new NewAccount("10042", "Example Ltd") { Email = Customer, TimeZone = zone }, TestCore.Operator)).Get();
        return new Outbox(core) { Options = OptionsFor(core.Path, port, topics.Length > 0 ? topics : [new TopicRule("*", Telling.None, Telling.Now)]) };
    }

    public static NotificationOptions OptionsFor(string path, int port, params TopicRule[] topics) => new()
    {
        Smtp = port == 0 ? null : new SmtpOptions("127.0.0.1", port, StartTls: false, null, null),
        MailFolder = Path.Combine(path, "mail"),
        TemplateFolder = Path.Combine(path, "templates"),
        From = "no-reply@provider.test",
        ProviderName = "Example Telecom",
        SupportMail = Support,
        Topics = topics,
        HookNetworks = [IPNetwork.Parse("127.0.0.0/8")],
    };

    public async Task RaiseAsync(string topic, JsonObject? body = null, bool forAccount = true, int count = 1) =>
        (await Core.Services.Database.WriteAsync<int>(transaction =>
        {
            var account = transaction.Connection.Number("SELECT id FROM account LIMIT 1");
            for (var i = 0; i < count; i++)
            {
                EventSql.Raise(transaction.Connection, topic, forAccount ? account : null, (body?.DeepClone() as JsonObject) ?? new JsonObject { ["number"] = i }, Time.GetUtcNow());
            }

            return 0;
        })).Get();

    /// <summary>Does what is due, with the dispatcher that a server would have.</summary>
    public async Task RunAsync()
    {
        _dispatcher ??= Transport is { } transport
            ? new NotificationDispatcher(Core.Services.Database, Options, TemplateSet.Load(Options.TemplateFolder).Get(), transport, Clock)
            : NotificationDispatcher.Create(Core.Services.Database, Options, Clock).Get();
        var outcome = await _dispatcher.RunAsync(CancellationToken.None, CancellationToken.None);
        Assert.True(outcome.Succeeded, outcome.Problem?.Message);
    }

    /// <summary>Does what is due while somebody keeps it waiting, lets time pass once it waits, and sees the try that was begun to its end.</summary>
    public async Task RunAndAdvanceAsync(TimeSpan by)
    {
        var running = await RunUntilItWaitsAsync();
        Time.Advance(by);
        await running;
        await UntilNothingIsSentAsync();
    }

    /// <summary>Begins a round, and comes back when all that is left to do is to wait for one who does not answer.</summary>
    public async Task<Task> RunUntilItWaitsAsync()
    {
        var running = Task.Run(RunAsync);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        // One try is left, and there are its limit and that of the round.
        while (Time.ActiveTimers != 2 || Time.NextDue != NotificationLimits.RoundTime
            || (await ListAsync()).Count(delivery => delivery.State is DeliveryState.Waiting or DeliveryState.Sending) != 1)
        {
            await Task.Delay(20, patience.Token);
        }

        return running;
    }

    /// <summary>Waits until every try that was begun has ended.</summary>
    public async Task UntilNothingIsSentAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await ListAsync(DeliveryState.Sending)).Count > 0)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Ends the dispatcher, as a stop of the server does.</summary>
    public async Task RestartAsync()
    {
        if (_dispatcher is not null)
        {
            await _dispatcher.DisposeAsync();
            _dispatcher = null;
        }
    }

    public async Task<IReadOnlyList<Delivery>> ListAsync(DeliveryState? state = null) => (await Core.Services.Notifications.ListAsync(state, size: 1000)).Items;

    public async ValueTask DisposeAsync()
    {
        await RestartAsync();
        await Core.DisposeAsync();
    }
}
