namespace Waybill.Conformance.Tests;

/// <summary>Tests that measure the memory of the process, or its time: no other test may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
