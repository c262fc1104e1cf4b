Console.Error.WriteLine("waybill: no command is built yet");
return 2;
