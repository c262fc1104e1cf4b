using System.Runtime.Versioning;
using Waybill.Server.Tests.Support;

[assembly: AssemblyFixture(typeof(Template))]
[assembly: SupportedOSPlatform("linux")]
