using Waybill.Server.CommandLine;

return await WaybillCommandLine.RunAsync(args, Console.Out, Console.Error);
