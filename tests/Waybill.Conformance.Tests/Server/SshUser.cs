using Waybill.SshKeys.Keys;

namespace Waybill.Conformance.Tests;

/// <summary>A user name and the key that it may log in with.</summary>
internal sealed record SshUser(string Name, SshPrivateKey Key);
