using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Waybill.Portal.Api;
using Waybill.Portal.Files;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>Files that the API is sent do not take the room of the database and the audit.</summary>
public sealed class UploadRoomTests
{
    private const int Reserve = 1000;
    private const int Content = 500;

    [Theory]
    [InlineData(true, new[] { Reserve + Content })]
    [InlineData(false, new[] { Reserve - 1 })]
    [InlineData(false, new[] { Reserve + Content, Reserve + Content - 1 })]
    public async Task Files_that_would_come_out_of_the_reserve_are_refused_before_and_while_they_come(bool saysLength, int[] free)
    {
        var (upload, problem, room) = await SendAsync(saysLength, free);
        Assert.Null(upload);
        Assert.Equal((503, "urn:waybill:problem:no-room", 60), (problem!.Status, problem.Type, problem.RetryAfter));

        // Its turn is free again.
        Assert.All(Enumerable.Range(0, PortalLimits.ApiUploads).Select(_ => room.TryTake()).ToList(), Assert.NotNull);
    }

    [Fact]
    public async Task Files_that_leave_the_reserve_free_are_taken()
    {
        var (upload, problem, _) = await SendAsync(saysLength: false, [Reserve + Content]);
        Assert.Null(problem);
        await using (upload)
        {
            Assert.Equal("june.csv", Assert.Single(upload!.Files).Name);
        }
    }

    /// <summary>Sends a file; the disk says how much is free, one after the other, the last one for good.</summary>
    private static async Task<(ApiUpload? Upload, ApiProblem? Problem, UploadRoom Room)> SendAsync(bool saysLength, int[] free)
    {
        using var directory = new TemporaryDirectory();
        var answers = new Queue<int>(free);
        var room = new UploadRoom(new PortalOptions { PublicUrl = "https://localhost", ProviderName = "Example", KeyFolder = directory.FullName, ReserveBytes = Reserve })
        {
            Disk = _ => (answers.Count > 1 ? answers.Dequeue() : answers.Peek(), 1_000_000),
        };
        await using var services = new ServiceCollection().AddSingleton(room).BuildServiceProvider();
        var body = Encoding.ASCII.GetBytes($"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"june.csv\"\r\n\r\n{new string('a', Content)}\r\n--x--\r\n");
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.ContentType = "multipart/form-data; boundary=x";
        context.Request.ContentLength = saysLength ? body.Length : null;
        context.Request.Body = new MemoryStream(body);
        var (upload, problem) = await ApiUpload.ReadAsync(context);
        return (upload, problem, room);
    }
}
