namespace Waybill.Interop.Tests;

/// <summary>Clients that wait a fixed time and read what is there then: gigabytes that other tests move meanwhile are not what they wait for.</summary>
[CollectionDefinition(nameof(WithoutOtherTests), DisableParallelization = true)]
public sealed class WithoutOtherTests;
