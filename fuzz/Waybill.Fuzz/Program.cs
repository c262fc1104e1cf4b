Console.Error.WriteLine("waybill-fuzz: no target is built yet");
return 2;
