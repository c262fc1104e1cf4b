using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.WrongStore;

// The real protocol engines over a store that does it wrong, so that the crash checker has something to catch: Waybill.WrongStore FOLDER
// prints its port and runs until it is killed.
using var hostKey = SshPrivateKeys.GenerateEd25519();
var handler = new SshConnectionHandler(
    new SshServerOptions { HostKeys = [hostKey] }, new AnyKeyApplication(args[0]), TimeProvider.System, NullLoggerFactory.Instance);
ListenOptions? bound = null;
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
{
    bound = options;
    options.Run(handler.OnConnectedAsync);
}));
await using var host = builder.Build();
await host.StartAsync();
Console.WriteLine(bound!.IPEndPoint!.Port);
await Task.Delay(Timeout.Infinite);
