namespace Waybill.Fuzz;

/// <summary>
/// One parser, or one conversation, under hostile input. It names the outcome of every input; an exception that leaves it is a crash. All outcomes that it
/// declares must be seen in a run, so that a target which rejects everything at its first line cannot pass.
/// </summary>
internal interface IFuzzTarget
{
    /// <summary>Its name, and its folder below fuzz/corpus.</summary>
    string Name { get; }

    /// <summary>Every outcome; each must be seen.</summary>
    IReadOnlyCollection<string> Outcomes { get; }

    /// <summary>How many inputs it gets in a run: cheap parsers get more.</summary>
    int Inputs { get; }

    /// <summary>Words that the mutator may put in.</summary>
    IReadOnlyList<string> Dictionary => [];

    /// <summary>What the inputs so far have not reached and a run must; null when nothing is missing.</summary>
    string? Missing => null;

    /// <summary>Runs one input; the name of what came of it.</summary>
    ValueTask<string> RunAsync(ReadOnlyMemory<byte> input);

    /// <summary>Inputs that a corpus must begin with: run once with <c>--record</c> and kept in the repository.</summary>
    IEnumerable<(string Name, byte[] Input)> Record();
}
