using System.CommandLine;
using Waybill.Core.Keys.Life;

namespace Waybill.Server.CommandLine.Commands;

/// <summary><c>key rotation | drop-old | report-lost</c>.</summary>
internal static class KeyLifeCommands
{
    private sealed record RotationView(KeyCommands.KeyView Old, KeyCommands.KeyView New, RotationState State);

    private sealed record LostView(KeyCommands.KeyView Key, IReadOnlyList<string> RevokedOn, IReadOnlyList<string> AlsoOn);

    public static Command Rotation(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var command = new Command("rotation", "Show how far the change from old keys to the newest one is.") { user };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var rotations = CommandContext.Require(await installation.KeyLife.RotationsAsync(parse.GetRequiredValue(user), cancellationToken));
            here.Print(rotations.Select(each => new RotationView(KeyCommands.View(each.Old), KeyCommands.View(each.New), each.State)), _ => here.PrintTable(
                ["OLD KEY", "LAST USED", "NEW KEY", "LAST USED", "STATE"],
                [.. rotations.Select(each => new[]
                {
                    each.Old.Sha256, CommandContext.Time(each.Old.LastUsed), each.New.Sha256, CommandContext.Time(each.New.LastUsed), each.State switch
                    {
                        RotationState.NewNotUsed => "the new key was not used yet",
                        RotationState.OldStillUsed => "the old key is still used",
                        _ => "the old key can be dropped",
                    },
                })]));
        });
        return command;
    }

    public static Command DropOld(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var fingerprint = Fingerprint();
        var evenIfUsed = new Option<bool>("--even-if-used") { Description = "also when it was used after the new one was added" };
        var command = new Command("drop-old", "Revoke an old key, if the new one was seen to work.") { user, fingerprint, evenIfUsed };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var key = CommandContext.Require(await installation.KeyLife.DropOldAsync(
                parse.GetRequiredValue(user), parse.GetRequiredValue(fingerprint), parse.GetValue(evenIfUsed), CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(KeyCommands.View(key), output => output.WriteLine($"revoked: {key.Sha256}, {key.RevokedReason}"));
        });
        return command;
    }

    public static Command ReportLost(Func<ParseResult, CommandContext> context)
    {
        var user = User();
        var fingerprint = Fingerprint();
        var note = new Option<string?>("--note") { Description = "what happened", HelpName = "TEXT" };
        var command = new Command("report-lost", "Others may have a key: revoke it for the whole account, end its sessions, refuse it for good.") { user, fingerprint, note };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var here = context(parse);
            await using var installation = here.Open();
            var lost = CommandContext.Require(await installation.KeyLife.ReportCompromisedAsync(
                parse.GetRequiredValue(user), parse.GetRequiredValue(fingerprint), parse.GetValue(note), null, CommandContext.Operator, cancellationToken));
            await here.TellServerAsync(cancellationToken);
            here.Print(new LostView(KeyCommands.View(lost.Key), lost.RevokedOn, lost.AlsoOn), output =>
            {
                output.WriteLine($"refused for good: {lost.Key.Sha256}");
                output.WriteLine(lost.RevokedOn.Count > 0 ? $"revoked for: {string.Join(", ", lost.RevokedOn)}" : "it was revoked before");
                foreach (var login in lost.AlsoOn)
                {
                    output.WriteLine($"it works for {login} still, of another account; stop it there with: {ShellWord.Command(here.Data, $"key report-lost {login} {lost.Key.Sha256}")}");
                }
            });
        });
        return command;
    }

    private static Argument<string> User() => new("USER") { Description = "the login's user name" };

    private static Argument<string> Fingerprint() => new("FINGERPRINT") { Description = "SHA256:... or MD5 with colons, as key list shows it" };
}
