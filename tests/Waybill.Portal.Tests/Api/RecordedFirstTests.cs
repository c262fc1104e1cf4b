using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.Audit;
using Waybill.Core.Diagnosis;
using Waybill.Core.Tokens;
using Waybill.Portal.Api;

namespace Waybill.Portal.Tests.Api;

/// <summary>What acts on the running server is in the audit before it is done, or is not done.</summary>
public sealed class RecordedFirstTests
{
    [Fact]
    public async Task Nobody_is_disconnected_or_forgiven_without_a_row()
    {
        await using var portal = await RouteInventoryTests.OpenAsync();
        var server = new Running();
        await using var services = new ServiceCollection().AddSingleton<IRunningServer>(server).AddSingleton(portal.Core.Audit).BuildServiceProvider();
        Sql(portal, "CREATE TRIGGER no_more BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");
        Assert.Equal(503, (await CallAsync("endSession", new ReasonBody("a test")))?.Status);
        Assert.Equal(503, (await CallAsync("clearPenalties", new SessionsApi.ForgiveBody()))?.Status);
        Assert.Equal((null, 0), (server.Kicked, server.Forgiven));

        Sql(portal, "DROP TRIGGER no_more");
        Assert.Null(await CallAsync("endSession", new ReasonBody("a test")));
        Assert.Null(await CallAsync("clearPenalties", new SessionsApi.ForgiveBody()));
        Assert.Equal(("s1", 1), (server.Kicked, server.Forgiven));
        Assert.Equal(
            ["penalties-cleared", "session-kicked"],
            (await portal.Core.Audit.SearchAsync(new AuditQuery { Actor = "test (token 1)" })).Items.Select(static row => row.Action));

        async Task<ApiProblem?> CallAsync(string id, object body)
        {
            var context = new DefaultHttpContext { RequestServices = services };
            context.Request.RouteValues["session"] = "s1";
            var token = new ApiToken(1, "test", null, ["sessions:write"], default, "x", default, null, null, null, null, null);
            return (await SessionsApi.Endpoints.Single(each => each.Id == id).Handle(new ApiCall(context, token, login: null, body, CancellationToken.None))).Problem;
        }
    }

    private static void Sql(RouteInventoryTests.Portal portal, string statement)
    {
        using var connection = new SqliteConnection($"Data Source={portal.Directory.Combine("data")}/waybill.db;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private sealed class Running : IRunningServer
    {
        public string? Kicked { get; private set; }

        public int Forgiven { get; private set; }

        public IReadOnlyList<ServerSession> Sessions => [new("s1", "sftp", "10042", "10042", "192.0.2.1:4711", "x", "x", "x", default)];

        public IReadOnlyList<SourcePenalty> Penalties => [];

        public ServerStatus Status => throw new InvalidOperationException("nobody asks");

        public ServerSession? Kick(string id, string reason)
        {
            Kicked = id;
            return Sessions[0];
        }

        public int Forgive(IPAddress? address) => ++Forgiven;
    }
}
