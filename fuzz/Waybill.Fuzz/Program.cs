using System.Globalization;
using Waybill.Fuzz;
using Waybill.Fuzz.Targets;

// Waybill.Fuzz [--times 1] [--seed S] [--target NAME] [--list] [--record] [--record-clients] [--self-test] [--self-test-hang]
IFuzzTarget[] targets =
[
    new BannerTarget(),
    new KexInitTarget(),
    new KeyBlobTarget(),
    new SignatureTarget(),
    new UserAuthTarget(),
    new ChannelTarget(),
    new PublicKeyFileTarget(),
    new PrivateKeyFileTarget(),
    new MailTarget(),
    new CsvTarget(),
    new PortingTarget(),
    new BasicLoginTarget(),
    new NumberTextTarget(),
    new SftpRequestTarget(),
    new ScpTarget(),
    new FtpLineTarget(),
    new TlsSessionTarget(),
    new FtpArgumentTarget(),
    new NamePatternTarget(),
    new FtpSessionTarget(),
    new NtsapiLineTarget(),
    new NtsapiSessionTarget(),
    new SessionTarget(),
];
var times = 1;
var seed = (ulong)Environment.TickCount64;
string? only = null;
var record = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--times" when i + 1 < args.Length:
            times = int.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--seed" when i + 1 < args.Length:
            seed = ulong.Parse(args[++i], CultureInfo.InvariantCulture);
            break;
        case "--target" when i + 1 < args.Length:
            only = args[++i];
            break;
        case "--record":
            record = true;
            break;
        case "--record-clients":
            await ClientRecorder.RunAsync(Console.Out);
            return 0;
        case "--self-test":
            return await SelfTest.RunAsync(Console.Out) ? 0 : 1;
        case "--self-test-hang":
            await SelfTest.HangAsync(Console.Out);
            return 0;
        case "--list":
            Console.WriteLine(string.Join('\n', targets.Select(target => target.Name)));
            return 0;
        default:
            Console.Error.WriteLine("usage: Waybill.Fuzz [--times N] [--seed S] [--target NAME] [--list] [--record] [--record-clients] [--self-test] [--self-test-hang]");
            return 2;
    }
}

var chosen = targets.Where(target => only is null || target.Name == only).ToArray();
if (chosen.Length == 0)
{
    Console.Error.WriteLine($"There is no target {only}; --list names them.");
    return 2;
}

if (record)
{
    foreach (var target in chosen)
    {
        Console.WriteLine($"{target.Name}: {Corpus.Record(target)} inputs recorded in {Corpus.FolderOf(target)}");
    }

    return 0;
}

Console.WriteLine($"seed {seed}");
var runner = new FuzzRunner(seed, Console.Out);
var failed = 0;
foreach (var target in chosen)
{
    failed += await runner.RunAsync(target, times * target.Inputs) ? 0 : 1;
}

Console.WriteLine(failed == 0 ? $"passed: {chosen.Length} targets" : $"FAILED: {failed} of {chosen.Length} targets");
return failed == 0 ? 0 : 1;
